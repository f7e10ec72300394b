# Kont: konekte, kreye yon kont, modpas.
login-sent = Konekte pou ouvri paj ou te mande a.
login-email = Adrès imèl
login-password = Modpas
login-submit = Konekte
login-forgot = Ou bliye modpas ou?
login-new = Ou fèk vini?
login-new-text = <a href="/register">Kreye yon kont</a>. Pou gade <a href="/datasets">katalòg la</a> ou pa bezwen youn.

forgot-lead = Bay adrès imèl kont ou. N ap voye yon lyen pou w chwazi yon nouvo modpas.
forgot-email = Adrès imèl
forgot-submit = Voye lyen an
forgot-back = Tounen nan koneksyon

account-password = Modpas
account-password-rule = Omwen { $min } karaktè, pa plis pase { $max }. Plizyè mo youn apre lòt ki pa gen rapò fasil pou sonje epi difisil pou devine. Ou ka mete espas epi ou ka kole; nou pa mande ni chif ni siy.

register-lead = Ak yon kont ou ka mande seri done, siyen akò epi kreye kle. Li pa koute anyen.
register-name = Non konplè ou
register-name-hint = Jan w ta siyen l. Akò ak lèt yo montre l.
register-email = Adrès imèl
register-email-hint = N ap voye yon lyen pou konfime l. Desizyon ak avi yo ale la tou.
register-submit = Kreye kont lan
register-have = Mwen gen yon kont
register-next = Sa k ap vini apre
register-next-mail = N ap voye yon lyen nan adrès ou. Ouvri l nan 24 èdtan.
register-next-sign-in = Konekte, gade <a href="/datasets">katalòg la</a> epi kòmanse yon demann.
register-kept = Sa nou kenbe sou ou
register-closed = Enskripsyon fèmen isit la
register-closed-text = Se vil la ki kreye kont. Ekri depatman ki gen done ou bezwen yo; adrès li sou paj chak <a href="/datasets">seri done</a>.

mail-sent-new = Nou voye yon imèl nan adrès ou te bay la. Si adrès la nouvo isit la, li gen yon lyen: ouvri l nan { $hours } èdtan epi kont ou pare.
mail-sent-lead = Si adrès la gen yon kont, yon imèl ak yon lyen sou wout. Lyen an mache yon sèl fwa, pandan { $hours } èdtan.
mail-sent-demo = Sa a se yon demonstrasyon
mail-sent-demo-text = Pa gen imèl ki soti. Li imèl la nan <a href="/demo/mailbox">bwat lèt demonstrasyon an</a>.
mail-sent-nothing = Anyen pa rive?
mail-sent-wait = Tann kèk minit epi gade nan dosye imèl ou pa vle yo.
mail-sent-again = Verifye adrès la epi <a href="{ $again }">voye l ankò</a>. Yon adrès resevwa sèlman kèk imèl pa èdtan.
mail-sent-have = Petèt ou gen yon kont deja: <a href="/login">konekte</a> oswa <a href="/forgot-password">chwazi yon nouvo modpas</a>.

verify-lead = Konfime ke <strong>{ $email }</strong> se pou ou, { $name }.
verify-submit = Konfime adrès mwen
verify-stranger = Si se pa ou ki te enskri isit la, fèmen paj sa a. San bouton an okenn kont pa ka itilize.
