//! The symbols of the C library. A function of the world itself is exported under its own name, so
//! where the guest is linked with a C library, the function must not have the name of one of these
//! symbols. Otherwise the linker uses the guest's function in place of the library's, and the
//! runtime's calls go to it, or the linker refuses both. Names that cannot be written in WIT are
//! left out.

/// Returns whether Rust's standard library or compiler calls the symbol, directly or through other
/// symbols.
pub(crate) fn is_called_by_rust(name: &str) -> bool {
    has(CALLED, name)
}

/// Returns whether the library for WASI, or one of its emulation libraries, has the symbol.
pub(crate) fn is_there(name: &str) -> bool {
    has(CALLED, name) || has(OTHERS, name)
}

fn has(symbols: &str, name: &str) -> bool {
    symbols.split(' ').any(|symbol| symbol == name)
}

/// The name under which a guest's memory is exported.
pub(crate) const MEMORY: &str = "memory";

const CALLED: &str = "\
    abort accept accept4 access acos acosf acosl asin asinf asinl atan atan2 atan2f atan2l \
    atanf atanl bcmp bind calloc cbrt cbrtf cbrtl ceil ceilf ceilf128 ceilf16 ceill chdir \
    chmod clearenv close closedir connect copysign copysignf copysignf128 copysignf16 \
    copysignl cos cosf cosh coshf coshl cosl dirfd drem dremf errno exit exp exp10 exp10f \
    exp10l exp2 exp2f exp2l expf expl expm1 expm1f expm1l fabs fabsf fabsf128 fabsf16 fabsl \
    faccessat fchmod fchmodat fcntl fdclosedir fdim fdimf fdimf128 fdimf16 fdiml fdopendir \
    feclearexcept fegetenv fegetround feraiseexcept fesetenv fesetround fetestexcept floor \
    floorf floorf128 floorf16 floorl fma fmaf fmaf128 fmal fmax fmaxf fmaxf128 fmaxf16 \
    fmaximum fmaximumf fmaximumf128 fmaximumf16 fmaxl fmin fminf fminf128 fminf16 fminimum \
    fminimumf fminimumf128 fminimumf16 fminl fmod fmodf fmodf128 fmodf16 fmodl free \
    freeaddrinfo frexp frexpf frexpl fstat fstatat fstatvfs fsync ftruncate futimens \
    getaddrinfo getcwd getenv gethostbyaddr gethostbyname getnameinfo getpeername \
    getprotobyname getservbyname getservbyport getsockname getsockopt hstrerror htons hypot \
    hypotf hypotl ilogbl ioctl ldexp ldexpf ldexpl lgamma lgammaf lgammal link linkat listen \
    log log10 log10f log10l log1p log1pf log1pl log2 log2f log2l logf logl lseek lstat malloc \
    memchr memcmp memcpy memmove memset mkdir mkdirat modf modff modfl nearbyint nearbyintf \
    nearbyintl nextafterl ntohs open openat opendir opendirat poll pow pow10 pow10f pow10l \
    powf powl pread putenv pwrite qsort read readdir readlink readlinkat readv realloc \
    realpath recv recvfrom remainder remainderf remainderl remove remquo remquof remquol \
    rename renameat rint rintf rintf128 rintf16 rintl rmdir round roundeven roundevenf \
    roundevenf128 roundevenf16 roundevenl roundf roundf128 roundf16 roundl sbrk scalbn scalbnf \
    scalbnl scandir scandirat send sendto setenv setsockopt shutdown signgam sin sincos \
    sincosf sincosl sinf sinh sinhf sinhl sinl socket sqrt sqrtf sqrtf128 sqrtf16 sqrtl stat \
    statvfs stpcpy strchrnul strcmp strcpy strdup strerror strlen strncmp strndup strnlen \
    strtoimax strtol strtoll strtoul strtoull strtoumax symlink symlinkat sysconf tan tanf \
    tanh tanhf tanhl tanl tgamma tgammaf tgammal trunc truncf truncf128 truncf16 truncl unlink \
    unlinkat unsetenv utime utimensat utimes write writev";

const OTHERS: &str = "\
    a64l abs acosh acoshf acoshl alphasort alphasort64 arc4random asctime asinh asinhf asinhl \
    asprintf atanh atanhf atanhl atexit atof atoi atol atoll basename bcopy bsearch btowc \
    bzero c16rtomb c32rtomb cabs cabsf cabsl cacos cacosf cacosh cacoshf cacoshl cacosl carg \
    cargf cargl casin casinf casinh casinhf casinhl casinl catan catanf catanh catanhf catanhl \
    catanl catclose catgets catopen ccos ccosf ccosh ccoshf ccoshl ccosl cexp cexpf cexpl \
    cimag cimagf cimagl clearerr clock clog clogf clogl confstr conj conjf conjl cpow cpowf \
    cpowl cproj cprojf cprojl creal crealf creall creat creat64 crypt csin csinf csinh csinhf \
    csinhl csinl csqrt csqrtf csqrtl ctan ctanf ctanh ctanhf ctanhl ctanl ctime difftime \
    dirname div dlclose dlerror dlopen dlsym dprintf drand48 duplocale ecvt encrypt environ \
    erand48 erf erfc erfcf erfcl erff erfl fclose fcvt fdatasync fdopen fegetexceptflag \
    feholdexcept feof ferror fesetexceptflag feupdateenv fflush ffs ffsl ffsll fgetc fgetln \
    fgetpos fgetpos64 fgets fgetwc fgetws fileno finite finitef fmemopen fmtmsg fnmatch fopen \
    fopen64 fopencookie fpathconf fprintf fpurge fputc fputs fputwc fputws fread freelocale \
    freopen freopen64 fscanf fseek fseeko fseeko64 fsetpos fsetpos64 ftell ftello ftello64 \
    ftime futimesat fwide fwprintf fwrite fwscanf gcvt getc getchar getdate getdelim \
    getdomainname getentropy gethostid gethostname getline getopt getpagesize getpid getrusage \
    getsubopt gettimeofday getw getwc getwchar glob glob64 globfree globfree64 gmtime hcreate \
    hdestroy hsearch htonl iconv ilogb ilogbf imaxabs imaxdiv index initstate insque iprintf \
    isalnum isalpha isascii isatty isblank iscntrl isdigit isgraph islower isprint ispunct \
    isspace isupper iswalnum iswalpha iswblank iswcntrl iswctype iswdigit iswgraph iswlower \
    iswprint iswpunct iswspace iswupper iswxdigit isxdigit j0 j0f j1 j1f jn jnf jrand48 l64a \
    labs lcong48 ldiv lfind llabs lldiv llrint llrintf llrintl llround llroundf llroundl \
    localeconv localtime logb logbf logbl lrand48 lrint lrintf lrintl lround lroundf lroundl \
    lsearch mblen mbrlen mbrtoc16 mbrtoc32 mbrtowc mbsinit mbsnrtowcs mbsrtowcs mbstowcs \
    mbtowc memccpy memmem mempcpy memrchr mktime mrand48 nan nanf nanl nanosleep newlocale \
    nextafter nextafterf nexttoward nexttowardf nexttowardl nftw nftw64 nrand48 ntohl optarg \
    opterr optind optopt optreset pathconf perror preadv printf pselect psignal putc putchar \
    puts putw putwc putwchar pwritev raise rand random reallocarray regcomp regerror regexec \
    regfree remque rewind rewinddir rindex scalb scalbf scalbln scalblnf scalblnl scanf seed48 \
    seekdir select setbuf setbuffer setkey setlinebuf setlocale setstate setvbuf signal \
    significand significandf sleep snprintf sprintf srand srand48 srandom sscanf stderr stdin \
    stdout stpncpy strcasecmp strcasestr strcat strchr strcoll strcspn strfmon strftime \
    strlcat strlcpy strncasecmp strncat strncpy strpbrk strptime strrchr strsep strsignal \
    strspn strstr strtod strtof strtok strtold strverscmp strxfrm swab swprintf swscanf \
    tdelete tdestroy telldir tfind time timegm times toascii tolower toupper towctrans \
    towlower towupper truncate tsearch twalk uname ungetc ungetwc uselocale usleep vasprintf \
    vdprintf versionsort versionsort64 vfprintf vfscanf vfwprintf vfwscanf vprintf vscanf \
    vsnprintf vsprintf vsscanf vswprintf vswscanf vwprintf vwscanf wcpcpy wcpncpy wcrtomb \
    wcscasecmp wcscat wcschr wcscmp wcscoll wcscpy wcscspn wcsdup wcsftime wcslen wcsncasecmp \
    wcsncat wcsncmp wcsncpy wcsnlen wcsnrtombs wcspbrk wcsrchr wcsrtombs wcsspn wcsstr wcstod \
    wcstof wcstoimax wcstok wcstol wcstold wcstoll wcstombs wcstoul wcstoull wcstoumax wcswcs \
    wcswidth wcsxfrm wctob wctomb wctrans wctype wcwidth wmemchr wmemcmp wmemcpy wmemmove \
    wmemset wprintf wscanf y0 y0f y1 y1f yn ynf";
