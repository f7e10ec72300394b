//! The data plane: decides about one request, from memory, and proxies it. Knows no page and no table.
