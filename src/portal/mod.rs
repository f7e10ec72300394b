//! Server-rendered pages; read through store views, change only through cases.
