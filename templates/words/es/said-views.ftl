# Frases de las reglas: vistas guardadas con un nombre
said-views-word = Vistas
said-keep-this-view = Guardar esta vista
said-view-is-kept = La vista “{ $name }” está guardada.
said-view-is-deleted = La vista “{ $name }” está eliminada.
said-view-is-older = Esta vista es más antigua que la página, que ya no conoce: { $names }.
said-there-is-no-such-page = No existe esa página.
said-nothing-to-keep = Todavía no hay nada que guardar. Elija primero un filtro.
said-question-too-long = Esta pregunta es demasiado larga para guardarla.
said-view-name-taken = Usted ya guarda una vista con este nombre. Elija otro nombre.
said-too-many-views = Usted ya guarda { $count } vistas. Elimine una primero.
