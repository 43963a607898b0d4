"""The words that discussions and comments are composed of. Which words meet is for `seed` to draw."""

from __future__ import annotations

TITLES = (
    "Stuck at “{lecture}”",
    "“{lecture}”: where does the example come from?",
    "Does “{lecture}” still hold for the latest release?",
    "My notes on “{lecture}”",
    "“{lecture}” and small teams",
    "An alternative to what “{lecture}” proposes",
    "Error message in “{lecture}”",
    "How much of “{lecture}” do you use at work?",
    "Further reading after “{lecture}”",
    "“{lecture}” on an old laptop",
)

QUESTIONS = (
    "I followed every step and end somewhere else. What did you get?",
    "The example works here, and fails in our own project. What differs?",
    "I think there is a simpler way. What am I missing?",
    "Could somebody explain the second half in other words?",
    "Posting this so that others need not search as long as I did.",
    "Is this worth doing before one has the problem?",
    "We do it the other way round at work. Who is right?",
    "The recording skips a step between the two demonstrations.",
)

COMMENTS = (
    "Same here; a restart helped.",
    "Check the version first, the default changed.",
    "That is what the exercise at the end is about.",
    "It took me two evenings, and it was a typing error.",
    "Thank you, this saved my day.",
    "We measured it: the difference is below one per cent.",
    "I would not do that in production.",
    "There is a longer explanation in the documentation.",
    "Works for me, on three machines.",
    "Could you post the whole message?",
    "Good question. I have asked myself the same.",
    "In the next lecture this is taken up again.",
    "I wrote a small test for it, happy to share.",
    "You can leave that step out.",
    "Yes, and mind the order of the two.",
    "No: it fails as soon as two of them run at once.",
)

ANSWERS = (
    "Well spotted. I will record that part again.",
    "The short answer is yes; the long one is the last chapter.",
    "It depends on the load. Measure before you decide.",
    "That is a mistake in the slides, the code is right.",
)
