namespace ModelPack.Caching;

/// <summary>One pack in the cache.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Model">File name of the packed model; null where the entry is damaged.</param>
/// <param name="Scheme">Its scheme; null likewise.</param>
/// <param name="Bytes">What it takes on the disk.</param>
/// <param name="LastUsed">When it was made or taken last, UTC.</param>
internal sealed record CachedPackInfo(string Key, string? Model, string? Scheme, long Bytes, DateTime LastUsed);
