//! Pages rendered, forms sent, strangers kept out.
