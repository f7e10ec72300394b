//! Pages of requests for records.
