# Claves: crear una, la página de cada una, lo que se creó.

my-key-appeal = Apelar esta revocación
my-key-resume = Reactivar esta clave
my-key-opens = Qué abre
my-key-text = Texto
my-key-text-hint = Solo las primeras y las últimas letras; el texto no se guarda en ninguna parte.
my-key-id = Identificador
my-key-id-hint = Nombra la clave cuando un programa <a href="/help#keys">la cambia por un token</a>.
my-key-kind = Tipo
my-key-scopes = Alcances
my-key-limits = Límites propios
my-key-limits-none = Ninguno aparte de los del convenio
my-key-limits-shared = Límites compartidos en el convenio
my-key-networks = Redes
my-key-networks-any = Cualquiera que el convenio permita
my-key-made = Creada
my-key-last-day = Último día
my-key-ends-with = Termina con el convenio
my-key-used = Último uso
my-key-never = Nunca
my-key-agreement = Convenio
my-key-rolled-from = Rotada desde
my-key-before = La clave anterior
my-key-rolled-into = Rotada a
my-key-after = Su sucesora
my-key-use = Usarla
my-key-use-more = Las llamadas leen la clave de la variable de entorno <code>ACCORD_KEY</code>. No la ponga en el código ni en páginas que carguen los navegadores.
my-key-usage = Uso
my-key-calls = Últimas llamadas
my-key-call-when = Cuándo
my-key-call-request = Petición
my-key-call-outcome = Resultado
my-key-call-status = Código HTTP
my-key-call-time = Tiempo
my-key-call-from = Desde
my-key-call-ms = { $ms } ms
my-key-lifted = Suspensiones levantadas
my-key-lifted-one = { $title }: del <time datetime="{ $since_at }">{ $since }</time> al <time datetime="{ $until_at }">{ $until }</time>. { $reason }
my-key-roll = Rotarla
my-key-roll-more = Una clave nueva la reemplaza con los mismos alcances y límites. Elija durante cuánto tiempo funcionan las dos.
my-key-roll-both = Las dos funcionan durante
my-key-roll-do = Rotar la clave
my-key-networks-from = Se puede usar desde
my-key-networks-hint = Una dirección o red por línea. Vacío: desde cualquier lugar que el convenio permita.
my-key-networks-save = Guardar las redes
my-key-name = Nombre
my-key-name-what = Cómo la llama
my-key-name-save = Guardar el nombre
my-key-pause = Pausarla
my-key-pause-more = Se detiene de inmediato hasta que usted la reactive.
my-key-reason = Motivo
my-key-pause-do = Pausar la clave
my-key-revoke = Revocarla
my-key-revoke-more = Se detiene de inmediato y para siempre. Para que su servicio siga funcionando, rótela en su lugar.
my-key-revoke-do = Revocar la clave

my-key-made-once = Este texto se muestra solo ahora
my-key-made-once-more = Cópielo adonde su programa lo lee: un almacén de secretos o una variable de entorno; nunca en el código, en una página web ni en un chat. La ciudad guarda solo su huella y no puede mostrarlo otra vez.
my-key-made-label = Clave “{ $name }” ({ $mode })
my-key-made-try = Pruébela
my-key-made-command = Una llamada que devuelve datos:
my-key-made-header = Una clave viaja solo en un encabezado, nunca en la dirección. Una clave nueva funciona de inmediato, y en toda puerta de acceso en un segundo.
my-key-made-old = La clave anterior funciona hasta el <time datetime="{ $at }">{ $time }</time>. Pase sus programas a la nueva antes de esa hora.
my-key-made-leaks = Si se filtra
my-key-made-leaks-more = Quien tenga el texto puede detener la clave en <a href="/keys/kill">Detener una clave filtrada</a>, sin iniciar sesión. Usted puede revocarla en su página en cualquier momento.
my-key-made-before = El texto ya se mostró
my-key-made-exists = La clave “{ $name }” (<code>{ $hint }</code>) existe; no se creó nada dos veces.
my-key-made-copied = Ya lo copié: abrir la clave
my-key-made-back = Volver al convenio

my-key-new-lead = Una clave abre lo que permite el convenio { $number }, “{ $title }”. Dele solo lo que necesite: una clave para cada programa.
my-key-new-name = ¿Cómo la llama?
my-key-new-name-hint = Para distinguir sus claves; por ejemplo, “servidor web” o “cuaderno”.
my-key-new-kind = ¿Qué tipo de clave?
my-key-new-scopes = ¿Qué puede abrir?
my-key-new-networks = ¿Desde qué redes?
my-key-new-networks-hint = Direcciones o redes, una por línea; por ejemplo, 203.0.113.7 o 203.0.113.0/24. Vacío: desde cualquier lugar que el convenio permita.
my-key-new-limits-hint = Por ejemplo, 10/minute o 500/day (por minuto o por día), separados por una coma. Solo pueden ser más bajos que los del convenio.
my-key-new-last-day = Último día en que funciona
my-key-new-last-day-hint = Por ejemplo, 2027-03-31. Vacío: termina con el convenio.
my-key-new-limits = Límites del convenio
my-key-new-shared = Los comparten todas sus claves. Como máximo funcionan { $count } claves a la vez.
my-key-new-agreement-day = El último día del convenio es el <time datetime="{ $at }">{ $day }</time>.
my-key-new-once = El texto de la clave se muestra una sola vez, en la página siguiente. Tenga listo el lugar donde su programa lo lee.
my-key-new-make = Crear la clave
my-key-new-cancel = Cancelar

# Overlap of a roll, and networks
my-key-overlap = Esta clave se detiene pronto: su sucesora ya funciona
my-key-overlap-left = Las dos claves funcionan todavía { $days ->
    [0] { $hours } horas
    [one] un día y { $hours } horas
   *[other] { $days } días y { $hours } horas
  }, hasta <time datetime="{ $at }">{ $time }</time>. Pase su programa a <a href="{ $href }">la sucesora</a> antes.
my-key-seen = Redes desde las que se usó
my-key-seen-more = Redes de los últimos días, recortadas para que no se guarde ninguna dirección concreta. ¿Una red que no es suya? <a href="#networks">Limite la clave a sus redes</a>, o rótela.
my-key-seen-network = Red
my-key-seen-first = Vista por primera vez
my-key-seen-last = Vista por última vez
