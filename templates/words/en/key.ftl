# Keys: making one, the page of one, what was made.

my-key-appeal = Appeal this revocation
my-key-resume = Resume this key
my-key-opens = What it opens
my-key-text = Text
my-key-text-hint = First and last letters only; the text is kept nowhere.
my-key-id = Id
my-key-id-hint = Names the key where a program <a href="/help#keys">exchanges it for a token</a>.
my-key-kind = Kind
my-key-scopes = Scopes
my-key-limits = Limits of its own
my-key-limits-none = None but the agreement's
my-key-limits-shared = Limits shared in the agreement
my-key-networks = Networks
my-key-networks-any = Any that the agreement allows
my-key-made = Made
my-key-last-day = Last day
my-key-ends-with = Ends with the agreement
my-key-used = Last used
my-key-never = Never
my-key-agreement = Agreement
my-key-rolled-from = Rolled from
my-key-before = The key before it
my-key-rolled-into = Rolled into
my-key-after = Its successor
my-key-use = Use it
my-key-use-more = The calls read the key from the environment variable <code>ACCORD_KEY</code>. Keep it out of code and of pages that browsers load.
my-key-usage = Usage
my-key-calls = Last calls
my-key-call-when = When
my-key-call-request = Request
my-key-call-outcome = Outcome
my-key-call-status = Status
my-key-call-time = Time
my-key-call-from = From
my-key-call-ms = { $ms } ms
my-key-lifted = Holds that were lifted
my-key-lifted-one = { $title }: <time datetime="{ $since_at }">{ $since }</time> to <time datetime="{ $until_at }">{ $until }</time>. { $reason }
my-key-roll = Roll it
my-key-roll-more = A new key takes its place with the same scopes and limits. Choose for how long both work.
my-key-roll-both = Both work for
my-key-roll-do = Roll the key
my-key-networks-from = It may be used from
my-key-networks-hint = One address or network a line. Empty: from anywhere the agreement allows.
my-key-networks-save = Save the networks
my-key-name = Name
my-key-name-what = What you call it
my-key-name-save = Save the name
my-key-pause = Pause it
my-key-pause-more = It stops at once until you resume it.
my-key-reason = Reason
my-key-pause-do = Pause the key
my-key-revoke = Revoke it
my-key-revoke-more = It stops at once and for good. To keep your service running, roll it instead.
my-key-revoke-do = Revoke the key

my-key-made-once = This text is shown only now
my-key-made-once-more = Copy it to where your program reads it: a secret store or an environment variable, never code, a web page or a chat. The city keeps only its fingerprint and cannot show it again.
my-key-made-label = { $mode } key “{ $name }”
my-key-made-try = Try it
my-key-made-command = A call that returns data:
my-key-made-header = A key travels in a header only, never in the address. A new key works at once, in every gate within a second.
my-key-made-old = The key before it works until <time datetime="{ $at }">{ $time }</time>. Move your programs to the new one before that.
my-key-made-leaks = If it leaks
my-key-made-leaks-more = Whoever holds the text can stop the key at <a href="/keys/kill">Stop a leaked key</a>, without a login. You can revoke it on its page at any time.
my-key-made-before = The text was shown before
my-key-made-exists = The key “{ $name }” (<code>{ $hint }</code>) exists; nothing was made twice.
my-key-made-copied = I have copied it: open the key
my-key-made-back = Back to the agreement

my-key-new-lead = A key opens what agreement { $number }, “{ $title }”, allows. Give it as little as it needs: one key for each program.
my-key-new-name = What do you call it?
my-key-new-name-hint = To tell your keys apart, such as “web server” or “notebook”.
my-key-new-kind = What kind of key?
my-key-new-scopes = What may it open?
my-key-new-networks = From which networks?
my-key-new-networks-hint = Addresses or networks, one a line, such as 203.0.113.7 or 203.0.113.0/24. Empty: from anywhere the agreement allows.
my-key-new-limits-hint = Such as 10/minute or 500/day, with a comma between. They can only be lower than the agreement's.
my-key-new-last-day = Last day on which it works
my-key-new-last-day-hint = Such as 2027-03-31. Empty: it ends with the agreement.
my-key-new-limits = Limits of the agreement
my-key-new-shared = They are shared by all its keys. At most { $count } keys work at a time.
my-key-new-agreement-day = The agreement's last day is <time datetime="{ $at }">{ $day }</time>.
my-key-new-once = The key's text is shown once, on the next page. Be ready to put it where your program reads it.
my-key-new-make = Make the key
my-key-new-cancel = Cancel

# Overlap of a roll, and networks
my-key-overlap = This key stops soon: its successor works already
my-key-overlap-left = Both keys work for another { $days ->
    [0] { $hours } hours
    [one] day and { $hours } hours
   *[other] { $days } days and { $hours } hours
  }, until <time datetime="{ $at }">{ $time }</time>. Move your program to <a href="{ $href }">the successor</a> before.
my-key-seen = Networks it was used from
my-key-seen-more = Networks of the last days, cut so that no single address is kept. A network that is not yours? <a href="#networks">Limit the key to your networks</a>, or roll it.
my-key-seen-network = Network
my-key-seen-first = First seen
my-key-seen-last = Last seen
