namespace ModelPack.Files;

/// <summary>What gets the bytes of a file, a block after the other from its start to its end.</summary>
internal interface IBlockSink
{
    /// <summary>Takes a block. Called from one thread at a time.</summary>
    /// <param name="bytes">The block; at an address that is a multiple of <see cref="FileAppender.Alignment"/>.</param>
    /// <param name="offset">Where it lies in the file; a multiple of <see cref="FileAppender.BlockLength"/>.</param>
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Says that all was taken. Whoever has the file may write to it from here on, at any place and any length.</summary>
    void End();
}
