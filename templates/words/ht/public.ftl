# Paj piblik yo: paj akèy la.
home-lead = Trafik, pakin, lè, bri, tan: sa kaptè vil la mezire, pou moun ki vle bati yon bagay ak yo. Yon pati ouvè pou tout moun. Rès la pataje anba yon akò ki di kiyès ki gen dwa li kisa, epi pòtay la respekte l nan chak apèl.
home-catalogue = Gade katalòg la
home-start = Kòmanse yon demann
home-register = Kreye yon kont
home-work = Travay ou
home-how = Kijan sa mache
home-find = 1. Jwenn done
home-find-text = Chèche nan <a href="/datasets">katalòg la</a>: { $datasets } seri done nan { $departments } depatman. Chak paj di sa chan yo vle di, ki laj done yo genyen, ak kijan pou w jwenn yo. Done ki ouvè yo pa mande kont.
home-ask = 2. Mande epi dakò
home-ask-text = Di sa w ap bati ak ki done li bezwen. Li <a href="/terms">kondisyon yo</a>, verifye tout bagay sou yon sèl paj, epi siyen. Depatman an deside; ou wè kote sa ye epi ou ka reponn kesyon toutotan.
home-call = 3. Rele ak yon kle
home-call-text = Kreye kle pou seri done ki nan akò w la epi rele pòtay la. Ou wè limit ou yo ak sa w deja itilize. Si yon bagay kanpe yon kle, yo di w poukisa ak sa pou w fè.
home-departments = Pa depatman
home-also = Isit la tou
home-help = Kijan demann, kle ak limit mache
home-public-register = <a href="/public-register">Rejis piblik la</a>: kiyès vil la kite li done l yo, ak kijan li deside
home-check = Verifye si yon kopi akò bon
home-kill = <a href="/keys/kill">Kanpe yon kle ki koule</a>, pa w oswa pa yon lòt moun
home-machines = <a href="/data.json">Katalòg la pou pwogram</a> (DCAT-US 1.1) ak <a href="/api/docs">API</a> a
home-mailbox = <a href="/demo/mailbox">Bwat lèt demonstrasyon an</a>, ak tout imèl demonstrasyon sa a
