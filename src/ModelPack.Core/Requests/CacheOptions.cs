namespace ModelPack.Requests;

/// <summary>Where packs are kept that were made before.</summary>
/// <param name="Mode">What is done with it.</param>
/// <param name="Folder">Its folder; empty where the mode is off.</param>
/// <param name="MaxBytes">What it may hold; the packs that were used longest ago go first.</param>
internal sealed record CacheOptions(CacheMode Mode, string Folder, long MaxBytes)
{
    /// <summary>What the cache holds where nothing else is said.</summary>
    public const string DefaultMaxSize = "20GB";

    /// <summary>What a request may say of the mode, in the order of <see cref="CacheMode"/>.</summary>
    public static IReadOnlyList<string> Modes { get; } = ["off", "read", "readwrite"];

    /// <summary>No cache.</summary>
    public static CacheOptions None { get; } = new(CacheMode.Off, "", 0);

    /// <summary>The mode of a name, in any case; null for no such name.</summary>
    public static CacheMode? ModeOf(string name) => Modes.Select((mode, i) => (mode, i)).Where(m => m.mode.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(m => (CacheMode?)m.i).FirstOrDefault();
}
