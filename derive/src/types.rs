//! What the name of a type tells: a macro sees no more of it.

use syn::{GenericArgument, PathArguments, PathSegment, Type};

/// The words for text.
const TEXTS: [&str; 3] = ["String", "str", "char"];
/// The words for numbers and truth.
const PLAIN: [&str; 15] = [
    "bool", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64",
    "u128", "usize",
];

/// What is left out where it is `None`.
pub(crate) fn is_option(ty: &Type) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident == "Option")
}

/// A text, or one that may be missing.
pub(crate) fn is_text(ty: &Type) -> bool {
    is_one_of(ty, &TEXTS)
}

/// A number or a truth value, or one that may be missing.
pub(crate) fn is_plain(ty: &Type) -> bool {
    is_one_of(ty, &PLAIN)
}

fn is_one_of(ty: &Type, names: &[&str]) -> bool {
    match ty {
        Type::Reference(reference) => is_one_of(&reference.elem, names),
        _ => last_segment(ty).is_some_and(|segment| {
            names.iter().any(|name| segment.ident == name)
                || inside_option(segment).is_some_and(|inside| is_one_of(inside, names))
        }),
    }
}

fn inside_option(segment: &PathSegment) -> Option<&Type> {
    match &segment.arguments {
        PathArguments::AngleBracketed(given) if segment.ident == "Option" => {
            given.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })
        }
        _ => None,
    }
}

fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last(),
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_str;

    use super::*;

    fn of(text: &str) -> (bool, bool, bool) {
        let ty = parse_str(text).expect("a type");
        (is_option(&ty), is_text(&ty), is_plain(&ty))
    }

    #[test]
    fn a_type_is_known_by_its_name() {
        assert_eq!(of("std::option::Option<u32>"), (true, false, true));
        assert_eq!(of("Option<&'static str>"), (true, true, false));
        assert_eq!(of("Option<Outcome>"), (true, false, false));
        assert_eq!(of("String"), (false, true, false));
        assert_eq!(of("Vec<String>"), (false, false, false));
        assert_eq!(of("<A as B>::bool"), (false, false, false));
        assert_eq!(of("(f64)"), (false, false, true));
    }
}
