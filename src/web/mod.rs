//! What portal and api share: guards, problem documents, CSRF, security headers, client address.
