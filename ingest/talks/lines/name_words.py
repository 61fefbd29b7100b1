"""Word lists for telling names from other capitalised words; small on purpose, since structure does most of the work."""

from __future__ import annotations

from zoneinfo import available_timezones

from index.conferences.editions import known_series


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PARTICLES = _words(
    "de da di del della der den des du van von zu zum la le los las bin ibn al el ten ter dos do e y abu mac st"
)

TITLE_SMALL_WORDS = _words(
    """
    a an the of for to in on at with without from into by as is are and or vs via your our my its de du des la le les et pour avec
    un une
    """
)

RUN_SMALL_WORDS = _words(
    """
    a an the of for to in on at with without from into by as is are be and or nor vs vs. via your over under than & – - — + about
    """
)

NAMES_AND_WORDS = _words(
    """
    will mark bill grace faith joy may april june rose jack guy dean earl max pat penny art chase rob drew
    """
)

ROLE_WORDS = _words(
    """
    engineer engineering architect president manager director senior junior staff principal software product vice ceo cto cio ciso
    coo cfo head lead leader developer founder co-founder cofounder chief officer open source sr sr. s/w eng exec executive
    evangelist advocate maintainer consultant scientist professor researcher chair co-chair vp svp evp distinguished technical
    solutions customer dir dir. administrator admin analyst specialist fellow contributor student author freelance freelancer
    independent member coordinator worldwide global sre devops site ingénieur ingénieure développeur développeuse directeur
    directrice responsable entwickler entwicklerin leiter leiterin geschäftsführer programmer tester designer owner master phd
    auditor lawyer journalist investigator librarian teacher
    associate intern strategist reliability platform infrastructure backend frontend full-stack partner expert mainteneur
    mainteneurs evangelism advocacy teamlead teamleiter team
    """
)

ORGANISATION_WORDS = _words(
    """
    inc llc ltd gmbh ag ab kg as sa sas se bv oy plc srl spa works corp labs lab foundation university universität université
    institute institut bank group systems technologies technology security cloud services service networks network software
    solutions consulting company administration research analytics department ministry agency association community project working
    team studio studios media health financial insurance telecom communications college school hospital government council union
    league federation consortium cncf kubernetes google microsoft amazon aws ibm intel vmware cisco oracle github gitlab docker
    redhat suse netflix facebook meta twitter linux red nec datadog grafana independent wikimedia initiative society interactive
    digital capital ventures partners industries motors airlines press times
    """
)

# What a company may be called by its trade, as the last word of its name; hardly anybody is called so.
ORGANISATION_ENDINGS = ORGANISATION_WORDS | _words(
    """
    accounting advisors advisory aerospace aero agri agro air airlines airport airports airways analytics apparel appliances archive
    archives assurance automation automotive aviation bakery bakeries banking bicycles bikes biotech bookings books
    bookshop brewery breweries brokers broadband broadcasting builders buses cargo catering cement ceramics chemicals chemistry
    cinema cinemas clinic clinics clothing commerce commodities computing construction cosmetics couriers credit dairy deliveries
    delivery devices diagnostics distribution dynamics ecommerce education electric electrical electricity electronics
    energies energy engines enterprises entertainment equipment estates events exchange exports express factory farm farms fashion
    ferries fibre films finance fintech fisheries fitness fleet foods forestry freight furniture games gaming gas genetics
    genomics global goods groceries grocery hardware healthcare herald holdings holidays homes hosting hotels hydro imports
    innovation innovations innovate institution instruments insurers interiors international investments jewellery journal
    kitchens laboratories laboratory leasing lending library lighting limited logistics magazine makers manufacturing
    maps maritime market markets marketing materials messaging metals meteorology microsystems mining mobile mobility mortgages
    motor museum music mutual news newspapers nutrition observatory offshore oil optics outdoors outfitters packaging paints
    parcels parking payments pay petroleum pharma pharmaceuticals pharmacies pharmacy photonics pictures plastics platforms police
    postal ports print printing productions products properties property publications publishers publishing radio rail railroad
    railway railways realty recruiting recruitment recycling refineries reinsurance rentals research resorts restaurants retail
    robotics satellite satellites savings schools science sciences securities semiconductors shipping shipyard shipyards
    shoes shop shops software solar sports staffing steamship steelworks storage store stores supermarket supermarkets supplies
    supply surveys tech telco telecommunications telecoms telematics television textiles theatre theatres tickets tobacco
    tools tours toys trading trains trams transit transport transportation transports travel trust tv utilities utility vehicles
    veterinary video warehouse warehouses watches water waterways wellness wholesale wineries wireless yachts

    apotheke apotheken bäckerei bäckereien bahn bahnen bergbau betriebe brauerei buchhandlung druckerei
    elektronik energie energien energietechnik fluggesellschaft genossenschaft gruppe hafen krankenkasse klinik kliniken
    klinikum logistik maschinenbau molkerei möbel netze nachrichten reederei sparkasse spedition stadtwerke
    technik verkehrsbetriebe verlag verlage versand versicherung versicherungen werft werke zeitung

    assurances banque boulangerie boulangeries chimie collectivité éditions édition électricité énergie énergies ferroviaire
    hôtels industrie jeux laboratoires logistique mutuelle numérique pharmacies santé télécoms transports voyages

    aerolíneas alimentos banco editorial electrónica energía farmacia ferrocarriles laboratorios logística panadería salud
    seguros telecomunicaciones transportes viajes

    alimentari assicurazioni banca editore elettronica energia ferrovie giochi logistica panificio trasporti viaggi

    bakkerij bakkerijen energie rederij spoorwegen uitgeverij vervoer verzekeringen verzekering ziekenhuis zorg

    bageri energi försäkring försäkringar järnväg resor sjukhus tåg bygg

    alimentação energia ferrovias logística padaria seguradora transportadora

    bankowość energetyka kolej logistyka piekarnia ubezpieczenia wydawnictwo
    """
)

# Two words that have the shape of a name and are a company.
COMPANIES = frozenset(
    name.strip()
    for name in """
    american airlines|american express|blue yonder|booz allen|booz allen hamilton|capital one|carnegie mellon|delivery hero|deutsche bahn
    deutsche bank|deutsche post|deutsche telekom|ernst young|general electric|goldman sachs|hewlett packard|jp morgan|kaiser permanente
    lockheed martin|mercedes benz|mercedes-benz|morgan stanley|new relic|northrop grumman|palo alto|philip morris|red hat|rolls royce
    stack overflow|sun microsystems|thomson reuters|wells fargo|hugging face|lloyds bank|crédit agricole|société générale|air france
    """.strip()
    .replace("\n", "|")
    .split("|")
)

# Cities of two words, by the names of the time zones and of the conferences' editions.
PLACES = frozenset(
    zone.rsplit("/", 1)[-1].replace("_", " ").lower() for zone in available_timezones()
) | frozenset(
    city.lower()
    for series in known_series()
    for edition in series.editions
    for city in (edition.city, edition.planned_city)
    if city
)

# Words of titles that have the shape of names when they are capitalised.
ORDINARY = _words(
    """
    a an the of for to in on at with without from into by as is are was were be been how why what when where who which whose and or
    not no your our my their its this that these those we you i it all any every each more most less many much new old next last
    first second third one two three four five ten up down out over under beyond behind before after through across between against
    within deep dive introduction intro overview update updates guide lessons learned story stories tale journey road path way ways
    art science future past present state case study best practices practice patterns pattern building build making make running run
    using use managing manage scaling scale securing secure monitoring observability logging tracing metrics testing test debugging
    debug deploying deploy deployment migrating migration automating automation adopting adoption understanding demystifying
    introducing exploring getting started going moving bringing creating delivering improving optimizing optimising accelerating
    simplifying extending enabling embracing breaking hacking kubecon cloudnativecon conference keynote keynotes session sessions
    talk talks panel workshop track day days summit con conf notes recap cluster clusters container containers node nodes pod pods
    service services mesh api apis operator operators controller controllers framework frameworks library libraries platform
    platforms application applications app apps data database databases storage network networking security performance reliability
    production development developer developers engineering infrastructure code source open native cloud serverless edge multi
    single real time world large small high low fast slow good bad great big little simple complex part chapter section appendix
    question questions answer answers demo example examples project projects team teams community culture learning machine
    artificial intelligence model models analysis analytics visualization simulation method methods approach english french german
    dictionary wikipedia university online offline virtual hybrid live north south east west america europe asia modern advanced
    basic beginner beginners practical effective efficient scalable distributed declarative continuous delivery integration
    kubernetes docker linux python javascript java golang rust ruby postgres postgresql kafka prometheus istio envoy helm etcd
    cilium ebpf wasm webassembly gitops devops sre finops platformops cncf oci css html ai ml llm gpu cpu iot welcome remarks
    closing opening wrap thank thanks hello goodbye zone landing hands-on hands lightning pipeline pipelines policy policies
    landscape comments views special user users interest group groups working end core rules rule cross fault tolerance load
    balancing custom resource
    """
)

# Without one of these a sentence holds no remark of the note-taker's own.
REMARK_WORDS = _words(
    """
    i i'm i’m i'd i’d i've i’ve i'll i’ll my mine myself we we'd we’d our je mon j'ai ich mir mich mein meine meiner meinem wir talk
    session sessions presentation keynote conference workshop topic speaker demo demonstration overview stuff meh wow good great
    highly must-watch well kudos
    """
)

GIVEN_NAMES = _words(
    """
    aaron abby abdul abel abigail abubakar adam adrian adriana ahmed aisha akihiro akira alan albert alejandro alena alessandro alex
    alexa alexander alexandr alexandra alexandre alexandros alexei alexey alexis ali alice alicia alina alison allan allison alvaro
    alvin amanda amber amelie amit amy ana anais anders andre andrea andreas andrei andrew andrey andy angel angela angelina anette
    angie angus aniket anirudh anita anja anjali ankit ann anna anne annette annie anthony anton antonio antoine aparna april ariel
    arjun armin arnaud arne arno arthur artem arun ashley astrid aurelie austin ava avery axel aya bart bartek bartlomiej bastian
    beatrice ben benedikt benjamin benoit bernard bernd bernie bertrand beth betty bianca bill billy björn bjorn blaine bob bogdan
    boris brad bradley brandon brenda brendan brett brian briana bridget britta brooke bruce bruno bryan byron caleb cameron camille
    camilla carina carl carla carlos carmen carol carolin caroline carolyn carrie casey catherine cathy cecile celeste celine chad
    chandra charity charles charlie charlotte chelsea cheng cheryl chloe chris christa christian christiane christin christina
    christine christoph christophe christopher chuck cindy claire clara claude claudia claus clayton clement clint colin collin
    conor constance cora corey craig cristian cynthia dan dana daniel daniela daniele danielle danny daphne dario darren dave david
    dawn dean deborah dennis denis derek desmond devin diana diane diego dieter dimitri dimitris dirk dmitri dmitry dominic dominik
    dominique don donald donna doris dorothy doug douglas duncan dustin dylan earl ed eddie edgar edith eduardo edward edwin effie
    elaine eleanor elena eli elias elisa elisabeth elise elizabeth ella ellen elliot emanuel emanuele emil emilia emilie emily emma
    emmanuel eric erica erik erika erin ernesto esther ethan etienne eugene eva evan eve evelyn fabian fabien fabio fabrice faith
    fatima federico felicia felipe felix fernando finn fiona flavio flavia florence florian florent frances francesca francesco
    francis francisco franck francois françois frank franz fred frederic frederik frederick frida friedrich gabe gabriel gabriela
    gabriele gael gareth garrett gary gauthier gavin gene geoff geoffrey george georg gerald gerard gerd gert gina giorgio giovanni
    giulia glen glenn gloria gordon goutham grace graham grant greg gregor gregory greta guido guillaume gunnar gustavo guy hal
    hanna hannah hannes hans hao harald harriet harry haruto hassan heather hector heidi heiko heinrich helen helena helene helga
    helmut hendrik henning henri henrik henry herbert hideki hiro hiroshi holger holly howard hubert hugh hugo hung ian ibrahim ida
    ignacio igor ilan ilya imran ina ines ingo ingrid irene iris irina isaac isabel isabelle ivan ivo jack jackie jackson jacob
    jacqueline jacques jaime jake jakob jakub james jamie jan jana jane janet janice janina janna jared jason jasmin jasmine javier
    jay jayesh jean jeanne jed jeff jeffrey jelena jennifer jenny jens jeremy jerome jerry jesse jessica jessie jill jim jimmy jing
    jo joachim joan joanna joanne joao joaquin jochen jodie jody joe joel joern joerg johan johanna johannes john johnny jon jonas
    jonathan jordan jorge jose josef joseph josep josh joshua joy joyce juan juana judith judy julia julian juliane julie julien
    juliette julius june jurgen jürgen justin justus jutta kai kaori kara karen karin karina karim karl karla karsten karthik kat
    kate katharina katherine kathleen kathrin kathy katie katja katrin kavya kay kazuki keith kelly kelsey ken kendra kenji kenneth
    kenta kerstin kevin khaled kim kimberly kingdon klaus knut kohei konrad konstantin kris krishna kristen kristian kristin
    kristina kristof kumar kurt kyle lacey lachlan lara larry lars laura laurel lauren laurence laurent lea leah lee leena lei leigh
    lena lennart leo leon leonard leonardo leonie leslie lewis li liam lili lilian lily lin linda lindsay ling linus lisa liu liz
    ludwig lloyd logan lois lorenzo lori lothar lou louis louise luc luca lucas lucia lucie lucy luigi luis luisa lukas luke luna
    lutz lydia lynn maciej madeleine magdalena magnus mai maja manfred manoj manual manuel manuela mara marc marcel marco marcos
    marcus margaret margarita margot maria marian marianne marie marie-claire marieke marilyn mario marion marius mark marko markus
    marlene marsha marta martha martin martina marvin mary masahiro mateo mateusz matei mathias mathieu mathilde mats matt matteo
    matthew matthias matthieu maureen maurice mauricio max maxim maxime maximilian may maya megan mehdi mei mel melanie melissa
    mercedes meredith mia michael michaela michał michal michel michele michelle miguel mihai mike mikhail mikko mila milan milena
    min ming mirco miriam mitchell mohamed mohammed mohammad moritz moses muhammad murat nadia nadine nancy naoki naomi natalia
    natália natalie natasha nathalie nathan nathaniel neal neil nelson nia nicholas nick nicky nico nicola nicolai nicolas nicole
    niels nigel nikhil nikhita niklas nikola nikolai nikolaus nils nina nino noah noel nora norbert norman olaf ole oleg olga oliver
    olivia olivier omar oscar oskar otto pablo paige pam pamela paolo pascal pat patricia patrick paul paula pauline pavel pavol
    pedro peggy penny pep perry peter petra phil philip philipp philippe phillip pia pierre piotr pooja pradeep prakash priya
    priyanka puja qing quentin rachel rafael rahul raimund rainer raj rajdeep ralf ralph ramon randy raphael raquel rasmus ravi ray
    raymond rebeca rebecca regina reinhard reiner remi remy rémi rené rene renata renaud renate ria ricardo riccardo richard rick
    ricky rita ritesh rob robby robert roberta roberto robin rod roger rohit roland roman romain ron ronald rory rosa rosalind rose
    rosemary rosie ross rowan roxana roy ruben rudolf rui russ russell ruth ryan sabine sabrina sahil said sally sam samantha samir
    samuel sandeep sander sandra sandy sanjay sanjeev sanket santiago sara sarah sargun sascha sasha satoru saurabh scott sean
    sebastian sebastien sébastien serena serge sergei sergey sergio seth shane shannon sharon shaun shawn sheila shinji shiori
    shruti shubham silke silvia simon simone simona sofia solene sonia sonja sophia sophie stacey stacy stan stefan stefania
    stefanie steffen stella stephan stephane stéphane stephanie stephen sterling steve steven stuart sue sunil suresh susan susanne
    sven svenja sylvain sylvia sylvie tabitha takashi takeshi takuya tamara tammy tania tanja tara tatiana taylor ted teresa teri
    terry tess tessa thea theo theodor theresa thierry thijs thilo thomas thorsten tiffany till tim timo timothy tina tobias toby
    todd tom tomas tomasz tommaso tommy toni tony torben torin torsten tracy travis trevor tristan troy tyler udo ulf uli ulrich
    ulrike umberto urs ursula uta uwe val valentin valentina valeria valerie vanessa vera veronica veronika vicki vicky victor
    victoria viktor viktoria vijay vijoy vikram vince vincent viola violet virginia vishal vivek vivian vladimir volker walter wanda
    warren wayne wei wen wenbo wendy wenjing werner wesley wilfried will willem william wolfgang xavier xiang xin yael yan yang yann
    yannick yao yasmin yasmine ying yoko yolanda yong yoshi youssef yuan yuichi yuki yulia yuri yusuf yves yvette yvonne zach
    zachary zain zara zhang zoe zoltan emiliano kaitlyn mikołaj sanja vitor vítor flávio sławomir łukasz lukasz paweł pawel
    krzysztof wojciech grzegorz agnieszka małgorzata zdenek zdeněk jiri jiří tomáš vaclav ondrej ondřej hiroki kenichi ryo sho
    daisuke tetsuya yusuke shota kazuhiro keisuke naohiro takahiro tomoya yosuke yuta jiaxin xiaoyu haifeng yichen junnan rui-qi
    weijie deepak gaurav harish kiran lakshmi madhav mahesh mukesh naveen nitin pankaj piyush prashant rajesh rakesh ramesh rohan
    sachin sameer sandip shankar shreya siddharth sneha srinivas sriram sumit swati tarun uday varun venkat vinay vinod yash
    aleksandar bojan branislav dragan goran ivana luka marija milos nenad predrag sasa slobodan vesna zoran
    """
)
