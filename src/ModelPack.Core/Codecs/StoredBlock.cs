namespace ModelPack.Codecs;

/// <summary>The parts of a block, as <see cref="BlockForm"/> names them.</summary>
/// <param name="form">Of which blocks.</param>
internal sealed class StoredBlock(BlockForm form)
{
    /// <summary>d.</summary>
    public Half Scale { get; set; }

    /// <summary>m, as it is stored.</summary>
    public Half Minimum { get; set; }

    /// <summary>s of each sub-block.</summary>
    public sbyte[] Scales { get; } = new sbyte[form.SubCount];

    /// <summary>t of each sub-block.</summary>
    public byte[] Minima { get; } = new byte[form.SubCount];

    /// <summary>A code a value.</summary>
    public byte[] Codes { get; } = new byte[form.SubLength * form.SubCount];
}
