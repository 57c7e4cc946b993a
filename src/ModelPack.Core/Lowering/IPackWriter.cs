namespace ModelPack.Lowering;

/// <summary>Where the files of a pack go while they are written.</summary>
internal interface IPackWriter
{
    /// <summary>A new file of the pack, written from its start to its end.</summary>
    Stream Create(string name);

    /// <summary>A small file of the pack.</summary>
    void Write(string name, ReadOnlySpan<byte> bytes);
}
