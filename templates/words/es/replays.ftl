# Reglas probadas con el uso pasado.
replays-lead = Una regla probada con el uso pasado muestra a quién habría detectado y qué le habría costado. No cambia nada ni avisa a nadie; que se probó queda en la auditoría.
replays-rule = Regla
replays-choose = Elija una regla
replays-rule-hint = Reglas del reglamento que cuentan algo.
replays-threshold = Otro umbral
replays-threshold-hint = Un número entero. Vacío: el de la regla.
replays-days = Días hacia atrás
replays-days-hint = Como máximo { $days }: el uso por minuto no se guarda más tiempo.
replays-try = Probarla
replays-before = Reglas probadas antes
replays-asked = Pedida
replays-state = Estado
replays-caught = Detectadas
replays-back = { $days ->
    [one] durante un día
   *[other] durante { $days } días
}
replays-none = Aún no se probó ninguna regla
replays-none-yet = Lo que se prueba aparece aquí, con su resultado.
replays-terminal = En una terminal: <code>accord rules replay --rule night-pull --since 14d --threshold 500</code>, que muestra hasta dónde ha llegado.
replays-leave = Puede dejar esta página: la prueba continúa.
replays-done = { $count ->
    [0] La regla no habría detectado a nadie.
    [one] La regla habría detectado una, de { $agreements ->
        [one] un convenio
       *[other] { $agreements } convenios
    }.
   *[other] La regla habría detectado { $count }, de { $agreements ->
        [one] un convenio
       *[other] { $agreements } convenios
    }.
}
replays-keys = Claves usadas
replays-agreements = Convenios usados
replays-calls = Llamadas admitidas
replays-stopped = Llamadas que habría detenido
replays-cut = { $count ->
    [one] De una clave se contó más de lo que se lee de una vez; aquí falta su uso más reciente.
   *[other] De { $count } claves se contó más de lo que se lee de una vez; aquí falta su uso más reciente.
}
replays-whom = A quién habría detectado, y cuándo por primera vez
replays-when = Cuándo
replays-agreement = Convenio
replays-key = Clave
replays-measured = Medido
replays-calls-then = Llamadas entonces
replays-of-them-refused = { $calls }, { $refused } rechazadas
replays-times = Veces
replays-after = Llamadas admitidas después
replays-short = Estas son las primeras; <code>accord rules replay</code> las muestra todas.
replays-again = Probarla de otra forma
replays-link = Probar una regla con el uso pasado
