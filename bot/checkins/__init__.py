"""When to ask how someone is: the person's schedule, its limits, and what each answer or silence changes. All pure."""
