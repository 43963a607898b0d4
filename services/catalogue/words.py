"""The words that course and lecture titles are composed of. Which words meet is for `data` to draw."""

from __future__ import annotations

CATEGORIES = ("CLOUD", "DATA", "SECURITY", "WEB", "MOBILE")
LEVELS = ("BEGINNER", "INTERMEDIATE", "EXPERT")

SUBJECTS = {
    "CLOUD": (
        "Docker",
        "Kubernetes",
        "Terraform",
        "Serverless Functions",
        "Message Queues",
        "Service Meshes",
        "Continuous Delivery",
        "Observability",
        "Linux Servers",
        "Object Storage",
        "Cloud Networking",
        "Cost Engineering",
    ),
    "DATA": (
        "PostgreSQL",
        "Pandas",
        "Stream Processing",
        "Data Warehouses",
        "Machine Learning",
        "Time Series",
        "Graph Databases",
        "Data Quality",
        "Apache Spark",
        "SQL",
        "Search Engines",
        "Statistics",
    ),
    "SECURITY": (
        "Threat Modelling",
        "OAuth",
        "Penetration Testing",
        "Applied Cryptography",
        "Incident Response",
        "Secure Coding",
        "Supply Chain Security",
        "Zero Trust Networks",
        "Malware Analysis",
        "Identity Management",
        "Network Defence",
        "Digital Forensics",
    ),
    "WEB": (
        "TypeScript",
        "React",
        "GraphQL",
        "Web Accessibility",
        "CSS Layout",
        "Python Web Services",
        "Web Performance",
        "REST Design",
        "WebSockets",
        "Django",
        "Browser Testing",
        "Web Components",
    ),
    "MOBILE": (
        "Swift",
        "Kotlin",
        "Flutter",
        "React Native",
        "Offline Sync",
        "Push Notifications",
        "Mobile Design",
        "App Store Releases",
        "Mobile Testing",
        "Augmented Reality",
        "Bluetooth Devices",
        "Mobile Payments",
    ),
}

COURSE_TITLES = {
    "BEGINNER": (
        "{subject} from Scratch",
        "First Steps in {subject}",
        "{subject} for Newcomers",
        "{subject} Essentials",
        "Getting Started with {subject}",
        "{subject} Explained",
    ),
    "INTERMEDIATE": (
        "{subject} in Practice",
        "Working with {subject}",
        "{subject} for Teams",
        "{subject} by Example",
        "Everyday {subject}",
        "{subject} Step by Step",
    ),
    "EXPERT": (
        "Advanced {subject}",
        "Mastering {subject}",
        "{subject} at Scale",
        "{subject} in Depth",
        "{subject} under Pressure",
        "The Hard Parts of {subject}",
    ),
}

# Appended to a title that is taken already.
EDITIONS = ("A Hands-On Course", "A Project Course", "The Workshop", "Lessons from Production")

OPENINGS = {
    "BEGINNER": "No experience needed: meet {subject} and build something small that works.",
    "INTERMEDIATE": "You know the basics of {subject}; now use it on real work, with tests and releases.",
    "EXPERT": "{subject} when things get large, slow or broken, and what to do about it.",
}

PROMISES = (
    "Every chapter ends with an exercise.",
    "We build one project from the first lecture to the last.",
    "Includes the mistakes we made, so that you need not repeat them.",
    "Short lectures, long examples.",
    "Taught by people who run it in production.",
    "All examples run on your own machine, or in a Docker container.",
    "With a checklist to take back to your team.",
    "Ends with a review of a system you may know.",
)

FIRST_LECTURE = "Welcome to {subject}"
LAST_LECTURE = "Summary and where to go next"

# More of them than the longest course has lectures, so no course teaches one twice.
LECTURE_TITLES = (
    "The reason for {subject}",
    "A short tour of {subject}",
    "The vocabulary of {subject}",
    "Setting up your machine",
    "Your first {subject} project",
    "Reading the documentation",
    "Configuration that survives upgrades",
    "Development, staging, production",
    "Logging what matters",
    "Metrics and dashboards",
    "Tracing a slow request",
    "Testing with confidence",
    "Fixtures and fakes",
    "Continuous integration for {subject}",
    "Releasing without downtime",
    "Rolling back calmly",
    "Keeping secrets secret",
    "Access control in {subject}",
    "Threats to {subject}, and the answers",
    "Backups and restore drills",
    "Scaling {subject} out",
    "Capacity planning",
    "Caching, and when not to",
    "Timeouts, retries and backoff",
    "Handling failure gracefully",
    "Concurrency in {subject}",
    "Modelling the problem",
    "Migrations in small steps",
    "Versions and compatibility",
    "Debugging {subject} like a detective",
    "Profile before you tune",
    "Tuning {subject}",
    "Keeping costs in check",
    "Automating the boring parts",
    "Tricks for the command line",
    "A checklist for code review",
    "Patterns worth knowing",
    "Patterns to avoid",
    "Case study: a small team",
    "Case study: a large migration",
    "Exercise: build it yourself",
    "Exercise: find the bug",
    "Extending {subject}",
    "What goes well with {subject}",
    "{subject} against the alternatives",
    "Under the hood of {subject}",
    "Working on {subject} together",
    "What changed in recent releases",
    "Questions from students",
    "Running {subject} in Docker",
)
