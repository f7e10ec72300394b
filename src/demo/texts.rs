//! The texts that a department of the demo keeps for its desk, one of each kind.

use super::seed::City;
use crate::cases::{CaseError, desk_texts};
use crate::domain::desk_text::{DeskTextKind, DeskWords};

/// A question, a reason in words, the facts of a coded ground, and a note.
///
/// # Errors
/// Whatever a case refuses.
pub(super) fn keep(city: &City) -> Result<(), CaseError> {
    let (rosa, office) = (city.person("rosa")?, city.department("parking-authority")?);
    let ground = city.desk.profile.grounds.first().map(|ground| ground.code.as_str().to_owned());
    let rows = [
        (
            DeskTextKind::Message,
            "Where the data is kept",
            "Dear {applicant},\n\nwhere will the data of {dataset} be kept, and who can open it? Please answer under \
             {number}.",
            "Estimado/a {applicant}:\n\n¿Dónde se guardarán los datos de {dataset} y quién podrá abrirlos? Responda, por \
             favor, en {number}.",
        ),
        (
            DeskTextKind::Reason { ground: None },
            "Serves the public",
            "The use serves people who drive and park in the city, and the fields asked for are no more than it needs.",
            "El uso sirve a quienes conducen y estacionan en la ciudad, y los campos pedidos no exceden lo necesario.",
        ),
        (
            DeskTextKind::Reason { ground },
            "The facts, to begin from",
            "The application {number} asks for {dataset}. The answers do not show that",
            "",
        ),
        (
            DeskTextKind::Note,
            "Second look",
            "Compare with the earlier decisions on {dataset}. To be decided by {deadline}.",
            "",
        ),
    ];
    for (kind, title, english, spanish) in rows {
        let (title, english, spanish) = (title.to_owned(), english.to_owned(), Some(spanish.to_owned()));
        desk_texts::add(&city.desk, rosa, office, DeskWords { kind, title, english, spanish })?;
        city.later(4);
    }
    Ok(())
}
