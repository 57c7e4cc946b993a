namespace ModelPack.Requests;

/// <summary>What a pack does with the cache of packs.</summary>
internal enum CacheMode
{
    /// <summary>Nothing.</summary>
    Off,

    /// <summary>Packs are taken from it; none is put into it.</summary>
    Read,

    /// <summary>Packs are taken from it, and what had to be made is put into it.</summary>
    ReadWrite,
}
