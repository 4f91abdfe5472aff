//! Keys of code hosting, builds, and package registries.

use super::super::charset::Charset::{Alnum, Base32, Base64, Dotted, Hex, Lower, Url};
use super::checks::{has_digit, has_mixed_case, is_varied};
use super::{Format, LONG, checked, f, summed};

pub(super) static FORMATS: &[Format] = &[
    // GitHub: "Behind GitHub's new authentication token formats" (CRC-32 in the last six).
    summed(f("github", "ghp_", Alnum, 36, 255)),
    summed(f("github", "gho_", Alnum, 36, 255)),
    summed(f("github", "ghu_", Alnum, 36, 255)),
    summed(f("github", "ghs_", Dotted, 36, LONG)),
    summed(f("github", "ghr_", Alnum, 36, 255)),
    f("github", "github_pat_", Url, 36, 255),
    f("github", "v1.", Hex, 40, 40),
    // GitLab: "Token prefixes" in the token overview.
    f("gitlab", "glpat-", Dotted, 20, 300),
    f("gitlab", "gldt-", Url, 20, 64),
    f("gitlab", "glptt-", Url, 40, 40),
    f("gitlab", "glrt-", Dotted, 20, 300),
    f("gitlab", "glrtr-", Dotted, 20, 300),
    f("gitlab", "glcbt-", Url, 20, 64),
    f("gitlab", "glft-", Url, 20, 64),
    f("gitlab", "glffct-", Url, 20, 64),
    f("gitlab", "glimt-", Url, 20, 64),
    f("gitlab", "glsoat-", Url, 20, 64),
    f("gitlab", "glagent-", Url, 50, 1024),
    f("gitlab", "gloas-", Url, 64, 64),
    f("gitlab", "glwt-", Url, 20, 64),
    f("gitlab", "GR1348941", Url, 20, 50),
    f("gitlab", "_gitlab_session=", Url, 32, 32),
    // Bitbucket, Atlassian: API tokens.
    f("bitbucket", "ATBB", Alnum, 28, 40),
    f("bitbucket", "BBDC-", Base64, 40, 50),
    f("atlassian", "ATATT3", Dotted, 150, LONG),
    f("atlassian", "ATCTT3", Dotted, 60, LONG),
    f("atlassian", "ATSTT3", Dotted, 60, LONG),
    // Package registries: npm ("Announcing npm's new access token format", with the sum of GitHub's),
    // PyPI, RubyGems, crates.io, NuGet, Clojars, Artifactory.
    summed(f("npm", "npm_", Alnum, 36, 36)),
    f("pypi", "pypi-AgE", Url, 50, LONG),
    f("rubygems", "rubygems_", Hex, 48, 48),
    f("crates", "cio", Alnum, 32, 32),
    f("nuget", "oy2", Lower, 43, 43),
    f("clojars", "CLOJARS_", Hex, 60, 60),
    f("clojars", "CLOJARS_", Lower, 60, 60),
    f("artifactory", "AKCp", Alnum, 10, 80),
    f("artifactory", "cmVmd", Alnum, 59, 59),
    f("docker", "dckr_pat_", Url, 27, 32),
    f("docker", "dckr_oat_", Url, 27, 40),
    // Builds, reviews and releases: the token pages of each.
    checked(f("sourcegraph", "sgp_", Hex, 40, 40), is_varied),
    f("sourcegraph", "sgp_local_", Hex, 40, 40),
    checked(f("sourcegraph", "sgp_", Url, 57, 57), has_digit),
    f("snyk", "snyk_uat.", Dotted, 30, 120),
    f("sonar", "sqp_", Hex, 40, 40),
    f("sonar", "squ_", Hex, 40, 40),
    f("sonar", "sqa_", Hex, 40, 40),
    f("sonar", "sqb_", Hex, 40, 40),
    checked(f("infracost", "ico-", Alnum, 32, 32), has_mixed_case),
    f("buildkite", "bkua_", Hex, 40, 40),
    f("circleci", "CCIPAT_", Url, 40, 80),
    f("circleci", "CCIPRJ_", Url, 40, 80),
    f("harness", "pat.", Dotted, 60, 80),
    f("harness", "sat.", Dotted, 60, 80),
    f("octopus", "API-", Base32, 26, 32),
    f("launchdarkly", "sdk-", Url, 36, 36),
    f("launchdarkly", "api-", Url, 36, 36),
];
