# Fraz kòd la di an angle: kont ak akèy.
said-p-sensor-data-of-the-city-of = Done kaptè Vil { $city }
said-a-create-an-account = Kreye yon kont
said-a-look-into-your-mail = Gade imèl ou
said-a-sign-in = Konekte
said-a-you-are-signed-out = Ou dekonekte.
said-a-forgot-your-password = Ou bliye modpas ou?
said-a-your-mail-address-is-confirmed-sign = Adrès imèl ou konfime. Konekte pou kontinye.
said-a-your-account-is-ready-sign-in = Kont ou pare. Konekte ak adrès ou ak modpas ou fèk chwazi a.
said-a-use-at-least-characters-several-words = Mete omwen { $least } karaktè. Plizyè mo youn apre lòt fasil pou sonje.
said-a-the-email-address-or-the-password = Adrès imèl la oswa modpas la pa bon.
said-a-fill-this-in-it-cannot-be = Ranpli sa a: li pa ka rete vid.
