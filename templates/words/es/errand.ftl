# Hasta dónde ha llegado un trabajo largo, en cada página que lo muestra.
errand-writing = { $done } de { $of } filas
errand-asking = Se consulta la dirección
errand-fetching = { $done } de { $of } descargados
errand-fetching-so-far = { $done } descargados hasta ahora
errand-reading = { $of ->
    [0] Se lee el catálogo
    [one] Se incorpora un registro
   *[other] Se incorporan { $of } registros; cuentan todos o ninguno
}
errand-replaying = { $done } de { $of } examinados
errand-again = El servicio se detuvo entretanto. Se comenzó de nuevo desde el principio, { $times } veces en total.
errand-refreshes = Esta página se actualiza cada pocos segundos.
errand-still = Detener eso
errand-watch = Ver hasta dónde llegó
errand-cancel = Anular
