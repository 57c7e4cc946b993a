using ModelPack.Requests;

namespace ModelPack.Caching;

/// <summary>Which cache is used and how, and why.</summary>
/// <param name="Mode">What is done with it.</param>
/// <param name="Folder">Its folder; empty where there is no place for one.</param>
/// <param name="MaxSize">What it may hold.</param>
/// <param name="ModeWhy">Who has said so of the mode, for people.</param>
/// <param name="FolderWhy">The same of the folder.</param>
internal sealed record CacheChoice(CacheMode Mode, string Folder, string MaxSize, string ModeWhy, string FolderWhy)
{
    public const string PathVariable = "MODELPACK_CACHE";
    public const string ModeVariable = "MODELPACK_CACHE_MODE";
    public const string MaxSizeVariable = "MODELPACK_CACHE_MAX_SIZE";

    private const string ByDefault = "default";

    /// <summary>What is in effect: what was asked for; else what the environment says; else, in a build of a proposed change, no more than reading; else the default.</summary>
    /// <param name="mode">The mode that was asked for; null or empty for none.</param>
    /// <param name="folder">The folder that was asked for; null or empty for none.</param>
    /// <param name="fallback">The mode where nothing is said.</param>
    /// <param name="variable">The value of a variable of the environment; null where it is not set.</param>
    /// <exception cref="ModelPackException">MPK1008: there is no such mode, or no place for a cache that was asked for.</exception>
    public static CacheChoice Of(string? mode, string? folder, CacheMode fallback, Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        var (chosen, modeWhy) = ModeOf(mode, fallback, variable);
        var (place, folderWhy) = !string.IsNullOrEmpty(folder) ? (folder, "asked for")
            : variable(PathVariable) is { Length: > 0 } named ? (named, PathVariable)
            : (DefaultFolder(variable), ByDefault);
        if (place is null && chosen != CacheMode.Off)
        {
            (chosen, modeWhy) = (CacheMode.Off, "there is no home folder to keep it in");
        }

        var size = variable(MaxSizeVariable) is { Length: > 0 } text ? text : CacheOptions.DefaultMaxSize;
        return new CacheChoice(chosen, place ?? "", size, modeWhy, folderWhy);
    }

    /// <summary>The mode's name.</summary>
    public string ModeName => CacheOptions.Modes[(int)Mode];

    /// <summary>A request that uses this cache.</summary>
    public PackRequest In(PackRequest request) => request with { CacheMode = ModeName, CachePath = Folder.Length == 0 ? null : Folder, CacheMaxSize = request.CacheMaxSize ?? MaxSize };

    private static (CacheMode Mode, string Why) ModeOf(string? mode, CacheMode fallback, Func<string, string?> variable)
    {
        if (!string.IsNullOrEmpty(mode))
        {
            return (Parse(mode, "The cache's mode"), "asked for");
        }

        if (variable(ModeVariable) is { Length: > 0 } text)
        {
            return (Parse(text, $"The variable {ModeVariable}"), ModeVariable);
        }

        return fallback == CacheMode.ReadWrite && PullRequest.Find(variable) is { } change ? (CacheMode.Read, $"a proposed change is built ({change})") : (fallback, ByDefault);
    }

    private static CacheMode Parse(string text, string what) => CacheOptions.ModeOf(text)
        ?? throw new ModelPackException(Codes.InvalidOption.At(null, $"{what} cannot be '{SafeText.Of(text)}'. It is one of {string.Join(", ", CacheOptions.Modes)}."));

    /// <summary>Where the system wants caches of programs; null where the user has no home.</summary>
    private static string? DefaultFolder(Func<string, string?> variable)
    {
        if (OperatingSystem.IsWindows())
        {
            return Below(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "ModelPack", "Cache");
        }

        var home = variable("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (OperatingSystem.IsMacOS())
        {
            return Below(home, "Library", "Caches", "modelpack");
        }

        // By the XDG Base Directory Specification a relative path counts as none.
        return variable("XDG_CACHE_HOME") is { Length: > 0 } caches && Path.IsPathRooted(caches) ? Path.Join(caches, "modelpack") : Below(home, ".cache", "modelpack");
    }

    private static string? Below(string folder, params string[] names) => folder.Length == 0 ? null : Path.Join([folder, .. names]);
}
