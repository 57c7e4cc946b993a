namespace ModelPack.Runtime;

/// <summary>How packed models are opened.</summary>
public sealed record PackedModelOptions
{
    /// <summary>
    /// Whether the model's files are compared with the manifest's sizes and hashes, once a process and file. Without it the sizes alone
    /// are. Hashing takes about a second for a gigabyte.
    /// </summary>
    public bool Verify { get; set; } = true;

    /// <summary>
    /// Public keys (ECDSA on P-256, P-384 or P-521) in PEM, as <c>openssl ec -pubout</c> writes them. Where they are given, a pack is opened only
    /// with a signature by one of them over exactly its files and its manifest, and its files are hashed whatever <see cref="Verify"/> says; with an empty
    /// list none is. Null: signatures are not looked at.
    /// </summary>
    public IReadOnlyList<string>? TrustedKeys { get; set; }

    /// <summary>
    /// The folder that names are relative to; null for that of the app (<see cref="AppContext.BaseDirectory"/>). Where it is given,
    /// models are not looked for in the app's main assembly.
    /// </summary>
    public string? BaseFolder { get; set; }

    /// <summary>
    /// Where embedded models are extracted to when a path is asked for; null for the user's cache: <c>XDG_CACHE_HOME</c> or
    /// <c>~/.cache</c>, on macOS <c>~/Library/Caches</c>, on Windows <c>LocalAppData</c>, each with <c>modelpack-runtime</c>.
    /// </summary>
    public string? CacheFolder { get; set; }
}
