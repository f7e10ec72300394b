# Misuse cases as the holder reads them, and the parts for both sides.

my-cases-lead = When the city looks into a possible violation of an agreement of yours, it stands here from the notice on, with the evidence, your answer and what was decided.
my-cases-caption = Cases about you
my-cases-one = Case
my-cases-where = Where it stands
my-cases-due = Due
my-cases-over = Over
my-cases-none = No cases
my-cases-none-more = The city looks into nothing about your agreements that you would have to answer.
my-cases-report = Did personal data get out, by your own mistake or another’s? <a href="/report-misuse">Report it at once</a>.

my-case-agreement = Agreement <a href="{ $href }">{ $number }</a>
my-case-next = What comes next:
my-case-order = There is an order for you
my-case-acknowledge = Say that you have read it by <time datetime="{ $at }">{ $day }</time>. That admits nothing.
my-case-acknowledge-do = I have read the order
my-case-prove = Prove that you complied
my-case-proof = What you did, and how it can be seen
my-case-proof-hint = A log, a confirmation of your host, a signed statement, a picture of the screen.
my-case-proof-send = Send the proof
my-case-answer = Your answer
my-case-answer-text = What you say to it
my-case-cure = How you put it right
my-case-cure-hint = What you changed or will change, and by when. It counts when the case is decided.
my-case-answer-send = Send the answer
my-case-appeal = Appeal
my-case-appeal-more = { $clerk } reviews what was done. Somebody who did not decide it looks at it again.
my-case-appeal-it = { $what }: <a href="/appeals/new?of={ $of }">appeal it<span class="hidden"> ({ $what })</span></a>

part-case-file-sum = { $size }, SHA-256 <code class="hash">{ $sum }</code>
part-case-answer-by = Answer by
part-case-over = Over
part-case-counted = How it is counted: { $working }
part-case-heard-by = Heard by
part-case-hour = No hour is set yet.
part-case-comply-by = Comply by
part-case-overdue = Overdue
part-case-found = What was found
part-case-severity = Why a step of the ladder is left out:
part-case-decided = Decided by { $by }, <time datetime="{ $at }">{ $time }</time>.
part-case-given = Given by { $by }, <time datetime="{ $at }">{ $time }</time>.
part-case-read = Read by { $by }, <time datetime="{ $at }">{ $time }</time>.
part-case-acknowledge = To be acknowledged by <time datetime="{ $at }">{ $day }</time>.
part-case-proof = Proof of compliance, <time datetime="{ $at }">{ $time }</time>
part-case-late = Late
part-case-proof-from = from { $by }
part-case-office-says = The office says:
part-case-done = What was done
part-case-interim = At once, before any finding
part-case-lifted = Lifted
part-case-lifted-by = <time datetime="{ $at }">{ $time }</time> by { $by }.
part-case-suspended = Suspended
part-case-notice = Notice of violation
part-case-seen = What was seen
part-case-clause = The clause
part-case-cure = What puts it right
part-case-cure-by = Until <time datetime="{ $at }">{ $day }</time>.
part-case-given-on = Given
part-case-by = <time datetime="{ $at }">{ $time }</time>, by { $by }
part-case-answer = Answer
part-case-answer-late = After the last day
part-case-put-right = How it is put right:
part-case-case = The case
part-case-agreement = Agreement
part-case-key = Key
part-case-datasets = Datasets
part-case-holder = Holder
part-case-class = Class
part-case-offence = Offence
part-case-source = Came from
part-case-opened = Opened
part-case-evidence = Evidence
part-case-evidence-more = Kept when the case was opened. It does not change after that; the sums show it.
part-case-evidence-caption = Pieces of evidence
part-case-piece = Piece
part-case-file = File
part-case-sum = SHA-256
part-case-story = What happened
part-case-slowed = Slowed down
