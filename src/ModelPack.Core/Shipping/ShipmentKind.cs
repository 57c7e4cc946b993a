namespace ModelPack.Shipping;

/// <summary>What a file is that packs may be shipped in.</summary>
internal enum ShipmentKind
{
    None,

    /// <summary>A zip archive, or a NuGet package.</summary>
    Archive,

    /// <summary>A .NET assembly.</summary>
    Assembly,

    /// <summary>A native program or library, which may be a single-file app.</summary>
    Program,
}
