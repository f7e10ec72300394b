# Appeals as the side that appeals reads them, and the parts for both sides.

my-appeals-lead = The City Clerk reviews a decision that you disagree with. The State commission's time runs beside it, and you need not wait for one to use the other.
my-appeals-caption = Your appeals
my-appeals-one = Appeal
my-appeals-where = Where it stands
my-appeals-city = City decides by
my-appeals-state = State commission until
my-appeals-none = No appeals
my-appeals-none-more = Every denial, condition, suspension, revocation and end of an agreement has a button to appeal it, on the page where it stands.

my-appeal-next = What comes next:
my-appeal-papers = Papers for the State commission
my-appeal-papers-more = A notice ready to sign, with the decision, what you sent, what was written and the entries of the audit, each with its SHA-256. You need not wait for the city.
my-appeal-packet = Download the packet (ZIP)
my-appeal-back = Take the appeal back
my-appeal-reason = Reason
my-appeal-back-do = Take it back

my-appeal-decided = <a href="{ $href }">{ $what }</a>, decided on <time datetime="{ $at }">{ $day }</time>.
my-appeal-known = There is an appeal from this decision: { $number }
my-appeal-open = Open appeal { $number }
my-appeal-ask-by = Ask by <strong><time datetime="{ $at }">{ $day }</time></strong>
my-appeal-over = Over
my-appeal-counted = How the date is counted: { $working }
my-appeal-decide-by = Filed today, it is decided by <time datetime="{ $at }">{ $day }</time>.
my-appeal-notice-by = Notice by <strong><time datetime="{ $at }">{ $day }</time></strong>
my-appeal-late = The last day has passed
my-appeal-late-more = You may still file: say below why it comes late. The clerk says whether it is heard, and why.
my-appeal-yours = Your appeal
my-appeal-why = Why should the decision change?
my-appeal-why-hint = Say what is wrong, what was not seen, or what has changed. The clerk and the department read it.
my-appeal-wanted = What do you ask for?
my-appeal-wanted-hint = For example: grant it as I asked, or lift the suspension.
my-appeal-file = File the appeal
my-appeal-not-now = Not now
my-appeal-free = It costs nothing, and you need no lawyer. Who took the decision does not decide the appeal.

part-appeal-by = The city decides by
part-appeal-promised = The city promised to decide by
part-appeal-overdue = Overdue
part-appeal-promise = A promise of service. How it is counted: { $working }
part-appeal-notice = Notice by <strong><time datetime="{ $at }">{ $day }</time></strong>
part-appeal-over = Over
part-appeal-state = It does not wait for the city. How it is counted: { $working }
part-appeal-decision = The decision on the appeal
part-appeal-must = What the office must do:
part-appeal-decided = Decided by { $by }, <time datetime="{ $at }">{ $time }</time>.
part-appeal-what = What is appealed
part-appeal-of = Decision
part-appeal-decided-by = Decided by
part-appeal-decided-on = Decided on
part-appeal-why = Why it should change
part-appeal-wanted = What is asked for
part-appeal-hearing = Hearing
part-appeal-filed = Filed
part-appeal-filed-by = <time datetime="{ $at }">{ $time }</time>, by { $by }
part-appeal-record = The record
part-appeal-record-caption = Parts of the record
part-appeal-part = Part
part-appeal-file = File
part-appeal-sum = SHA-256
part-appeal-story = What happened
