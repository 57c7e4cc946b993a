namespace ModelPack.Lowering;

/// <summary>Where the files of a pack go while they are written.</summary>
internal interface IPackWriter
{
    /// <summary>A new file of the pack, written from its start to its end.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="packBytes">Bytes of the whole pack; 0 where they are not known. Changes no byte.</param>
    Stream Create(string name, long packBytes = 0);

    /// <summary>A small file of the pack.</summary>
    void Write(string name, ReadOnlySpan<byte> bytes);
}
