//! What stands around every page: its title, who looks at it, and where else to go.

use crate::auth::Clients;

use super::viewer::Viewer;

/// The part of the dashboard that a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Overview,
    Tickets,
    Actions,
    Audit,
    Timeline,
    Syncs,
    Webhooks,
    Parsing,
    Keys,
    Users,
    /// None of those in the bar.
    Other,
}

/// A way to another part.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    pub(crate) section: Section,
    pub(crate) href: &'static str,
    pub(crate) name: &'static str,
}

const fn link(section: Section, href: &'static str, name: &'static str) -> Link {
    Link { section, href, name }
}

/// What everybody sees, and behind it what only a provider does.
const LINKS: [Link; 10] = [
    link(Section::Overview, "/", "Overview"),
    link(Section::Tickets, "/tickets", "Tickets"),
    link(Section::Actions, "/actions", "Actions"),
    link(Section::Audit, "/audit", "Audit"),
    link(Section::Timeline, "/timeline", "Timeline"),
    link(Section::Syncs, "/syncs", "Syncs"),
    link(Section::Webhooks, "/webhooks", "Webhooks"),
    link(Section::Parsing, "/parsing", "Parsing"),
    link(Section::Keys, "/keys", "Keys"),
    link(Section::Users, "/users", "Users"),
];
const FOR_EVERYBODY: usize = 8;

/// What is known of whoever looks.
#[derive(Clone, Debug)]
pub(crate) struct Own {
    pub(crate) user: String,
    /// Goes with every form.
    pub(crate) csrf: String,
    pub(crate) is_provider: bool,
}

impl Own {
    /// Where this person may go.
    pub(crate) fn links(&self) -> &'static [Link] {
        if self.is_provider { &LINKS } else { &LINKS[..FOR_EVERYBODY] }
    }
}

/// The frame of one page.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) title: String,
    pub(crate) section: Section,
    /// `None` where nobody is logged in.
    pub(crate) own: Option<Own>,
}

impl Frame {
    /// The frame of a page that this person sees.
    pub(crate) fn new(viewer: &Viewer, section: Section, title: impl Into<String>) -> Self {
        let own = Own {
            user: viewer.user().to_owned(),
            csrf: viewer.csrf().to_owned(),
            is_provider: *viewer.scope().clients() == Clients::All,
        };
        Self { title: title.into(), section, own: Some(own) }
    }

    /// The frame of a page for whoever is not known.
    pub(crate) fn for_strangers(title: impl Into<String>) -> Self {
        Self { title: title.into(), section: Section::Other, own: None }
    }
}
