"""Words of the demo world: names, titles, companies, pages. Any likeness is chance."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = _words(
    "Aaliyah Adam Aiko Alejandro Alice Amara Amir Ana Anders Andrea Anika Antoine Arjun "
    "Astrid Ben Bianca Bruno Camille Carlos Chen Chloe Daniel David Diego Elena Elif Emil "
    "Emma Erik Fatima Felix Freya Gabriel Giulia Grace Hana Hannah Hugo Ibrahim Ines Ingrid "
    "Isaac Ivan Jack James Jan Jasmine John Jonas Julia Kai Karim Katarzyna Kenji Lars Laura "
    "Leila Leon Liam Lin Lucas Lucia Maja Marco Maria Mark Marta Mateo Maya Mei Michael Mina "
    "Mohammed Nadia Nina Noah Nora Olivia Omar Oscar Pablo Paul Petra Priya Rachel Rahul Rosa "
    "Ryan Sam Sara Sofia Sven Tom Yuki"
)

LAST_NAMES = _words(
    "Abbott Adeyemi Ahmed Almeida Andersen Arslan Bakker Banerjee Barros Bauer Becker Bell "
    "Bianchi Blanc Bose Brandt Brown Campos Carter Castro Chan Chaudhry Clark Cohen Conti "
    "Cooper Costa Cruz Dahl Das Davies Delgado Demir Diaz Dubois Duarte Eklund Eriksen "
    "Esposito Evans Farah Fischer Flores Fontaine Foster Fournier Friedman Fujita Garcia "
    "Garnier Ghosh Gomez Gray Green Greco Gupta Haddad Hall Hansen Harris Hassan Hayashi "
    "Herrera Hoffmann Holm Horvat Huang Hughes Ito Ivanova Jain Jansen Jensen Johansson Jones "
    "Joshi Kaplan Kato Kaur Keller Khan Kim King Klein Kowalski Krause Kumar Lambert Larsen "
    "Laurent Lee Leroy Levy Lewis Li Lindberg Lopez Lund Malik Marino Martin Mehta Mendes "
    "Meyer Miller Molina Moore Moreau Mori Morris Muller Murphy Nakamura Nguyen Nielsen Novak "
    "Nunes Nyberg Okafor Oliveira Olsen Ortiz Osman Park Patel Pereira Petrov Popescu Price "
    "Ramos Rao Reid Reyes Ricci Riley Rivera Romano Rossi Roux Ruiz Russo Sanchez Santos Sato "
    "Schmidt Schneider Shah Sharma Silva Singh Smith Sorensen Stein Suzuki Takeda Tan Taylor "
    "Torres Tran Turner Usman Vargas Vega Vogel Wagner Walker Wang Weber White Wilson Wolf "
    "Wong Wright Yamada Yang Yilmaz Young Zhang Zimmer"
)

COMPANY_STARTS = _words(
    "Acme Alder Amber Apex Arbor Argo Atlas Aurora Beacon Birch Bolt Bright Cedar Cirrus "
    "Cobalt Copper Coral Crest Delta Drift Echo Elm Ember Falcon Fern Flint Forge Fox Glacier "
    "Granite Harbor Hazel Helio Indigo Iron Juniper Keystone Lark Lumen Lunar Maple Meridian "
    "Mint Nimbus North Nova Oak Onyx Opal Orbit Osprey Otter Pioneer Polar Prairie Quartz "
    "Raven Ridge River Saffron Sierra Silver Slate Solar Sparrow Spruce Stellar Summit Tidal "
    "Timber Topaz Vector Verdant Willow Zephyr"
)
COMPANY_MIDDLES = _words(
    "bay bridge brook core craft dale field flow gate grid grove hill lake lane light line "
    "link loop mark mill path peak point port reach rock scale side span spring stone stream "
    "tide vale view wave way well wind works yard"
)
COMPANY_ENDS = _words(
    "Analytics Capital Clinics Foods Freight Group Health Industries Insurance Labs Logistics "
    "Media Partners Retail Robotics Schools Software Systems Travel Ventures"
)
LEGAL_FORMS = ("Inc", "LLC", "Ltd", "GmbH", "BV", "SA")
RIVALS = ("Prospectly", "Rankforce", "Scorewell", "Leadlytic", "Tierwise", "Signalhub")

FREE_MAIL_DOMAINS = ("gmail.com", "outlook.com", "yahoo.com", "icloud.com", "proton.me")
UNIVERSITY_DOMAINS = ("northfield.edu", "lakeside.edu", "uni-altstadt.de", "st-brides.ac.uk")

INDUSTRIES = (
    "Software", "Financial Services", "Healthcare", "Retail", "Manufacturing",
    "Logistics", "Education", "Media", "Insurance", "Hospitality",
)  # fmt: skip
INDUSTRY_VARIANTS = (
    ("SaaS", "software ", "Computer Software"), ("finance", "Fintech", "FINANCIAL SERVICES"),
    ("Health Care", "healthcare"), ("retail", "E-commerce"), ("manufacturing", "Industrial"),
    ("Transportation", "logistics"), ("Higher Education", "education"), ("media", "Publishing"),
    ("insurance", "Insurtech"), ("Hotels", "Travel & Hospitality"),
)  # fmt: skip

# Name, variants as people type them, offset from UTC in hours, share of companies.
COUNTRIES = (
    ("United States", ("US", "usa", "U.S.A.", "united states "), -6, 0.40),
    ("United Kingdom", ("UK", "gb", "Great Britain"), 0, 0.12),
    ("Germany", ("DE", "germany", "Deutschland"), 1, 0.10),
    ("France", ("FR", "france"), 1, 0.07),
    ("Netherlands", ("NL", "The Netherlands"), 1, 0.05),
    ("Canada", ("CA", "canada"), -5, 0.07),
    ("Spain", ("ES", "España"), 1, 0.04),
    ("Sweden", ("SE", "sweden"), 1, 0.03),
    ("India", ("IN", "india"), 5, 0.05),
    ("Australia", ("AU", "australia"), 10, 0.04),
    ("Brazil", ("BR", "Brasil"), -3, 0.02),
    ("Japan", ("JP", "japan"), 9, 0.01),
)

DEPARTMENTS = (
    "Marketing", "Sales", "IT", "Engineering", "Finance", "HR", "Operations", "Data",
)  # fmt: skip
# By seniority: individual contributor, manager, director, vice-president, executive.
TITLES = (
    ("{} Specialist", "{} Analyst", "Senior {} Associate", "{} Coordinator"),
    ("{} Manager", "Senior {} Manager", "{} Team Lead"),
    ("Director of {}", "{} Director", "Head of {}"),
    ("VP of {}", "Vice President, {}", "SVP {}"),
    ("Chief {} Officer", "CEO", "Founder", "Managing Director"),
)
STUDENT_TITLES = ("Student", "PhD Candidate", "Research Intern", "MSc Student")

TECHNOLOGIES = (
    "Salesforce", "HubSpot", "Snowflake", "dbt", "Segment", "Slack", "Marketo", "Zendesk", "Looker",
)  # fmt: skip
FUNDING_STAGES = ("Bootstrapped", "Seed", "Series A", "Series B", "Series C+", "Public")

# As the CRM spells each source; several spellings are one source.
SOURCES = (
    ("Organic Search", "organic", "Google Organic"),
    ("Paid Search", "Google Ads", "google / cpc"),
    ("Paid Social", "LinkedIn Ads", "paid_social"),
    ("Webinar", "webinar", "Webinar Registration"),
    ("Content Download", "ebook", "Gated Content"),
    ("Demo Request", "demo request", "Website - Demo"),
    ("Referral", "referral", "Customer Referral"),
    ("Event", "Trade Show", "event"),
    ("List Import", "purchased list", "ZoomInfo"),
)
CAMPAIGNS = (
    "brand-search", "spring-launch", "summer-webinars", "autumn-roadshow", "scoring-guide",
    "benchmark-report", "partner-co-sell", "year-end",
)  # fmt: skip

# Page, topic, and how often each kind of reading goes there:
# out of curiosity, with intent to buy, to learn, to watch a rival.
PAGES = (
    ("/", "home", 9, 7, 4, 4),
    ("/pricing", "pricing", 5, 13, 1, 16),
    ("/demo", "demo", 2, 6, 0, 4),
    ("/case-studies/retail", "case-studies", 3, 5, 1, 5),
    ("/case-studies/health", "case-studies", 3, 5, 1, 5),
    ("/case-studies/logistics", "case-studies", 3, 4, 1, 5),
    ("/integrations/salesforce", "integrations", 3, 6, 1, 8),
    ("/integrations/snowflake", "integrations", 3, 6, 2, 8),
    ("/integrations/slack", "integrations", 2, 4, 1, 6),
    ("/security", "security", 1, 4, 1, 3),
    ("/compare/alternatives", "comparison", 2, 5, 1, 9),
    ("/docs/quickstart", "docs", 6, 6, 14, 6),
    ("/docs/api", "docs", 5, 5, 12, 7),
    ("/docs/sql", "docs", 4, 4, 10, 3),
    ("/blog/lead-scoring-guide", "lead-scoring", 11, 7, 12, 3),
    ("/blog/warehouse-native", "data-platform", 9, 5, 10, 2),
    ("/blog/reverse-etl", "data-platform", 8, 4, 9, 2),
    ("/blog/sales-playbook", "sales", 10, 4, 5, 1),
    ("/blog/attribution", "marketing", 9, 4, 5, 1),
    ("/about", "company", 5, 2, 3, 3),
    ("/careers", "careers", 3, 1, 9, 4),
)

EVENT_TYPES = (
    "page_view", "email_sent", "email_opened", "email_clicked", "email_replied", "email_bounced",
    "unsubscribed", "form_submitted", "demo_requested", "webinar_registered", "webinar_attended",
    "content_downloaded", "chat_started", "call_started", "meeting_booked", "trial_started",
    "product_login", "feature_used", "invitation_sent", "integration_connected", "ad_clicked",
)  # fmt: skip

DEVICES = (
    '{"device": "desktop", "browser": "Chrome"}',
    '{"device": "desktop", "browser": "Edge"}',
    '{"device": "desktop", "browser": "Safari"}',
    '{"device": "mobile", "browser": "Safari"}',
    '{"device": "mobile", "browser": "Chrome"}',
    '{"device": "desktop", "browser": "HeadlessChrome"}',
)
MAILINGS = tuple(f'{{"mailing": "nurture-{number:02d}"}}' for number in range(1, 13))
FEATURES = tuple(
    f'{{"feature": "{name}"}}' for name in ("dashboards", "segments", "scores", "exports", "alerts")
)
OUTREACH = ('{"sender": "rep"}',)
PROPERTIES = DEVICES + MAILINGS + FEATURES + OUTREACH

LOST_REASONS = ("chose a competitor", "no budget", "no decision", "timing", "price")
DISQUALIFIED_REASONS = {
    "buyer": ("too small", "no authority", "unreachable"),
    "bot": ("spam", "fake details"),
    "student": ("student", "academic use"),
    "competitor": ("competitor",),
    "unsubscriber": ("asked not to be contacted", "unreachable"),
}
VERDICT_REASONS = {
    "good_fit": ("right size", "clear need", "has budget", None),
    "bad_fit": ("too small", "wrong role", "no need", None),
}

WARM_NOTES = (
    "Wants to see how scores reach the CRM; asked who else must sign.",
    "Budget is set aside for this quarter, comparing two vendors.",
    "Asked for a security questionnaire and a quote for the team.",
    "Current scoring is a spreadsheet; the team is tired of it.",
)
COLD_NOTES = (
    "Friendly talk, no project at the moment.",
    "Not the right person, will forward to a colleague.",
    "Locked into another contract until next year.",
    "Left a voicemail, no answer.",
    "Only looking around, asked to be called in some months.",
)

# By seniority.
HEADLINES = (
    "Works in {department} at {company}",
    "{department} manager at {company}",
    "Directs {department} at {company}",
    "Vice-president for {department} at {company}",
    "Leads {company}, with an eye on {department}",
)
DESCRIPTION = "{company}: a {industry} company of about {employees} people. Funding: {funding}."
