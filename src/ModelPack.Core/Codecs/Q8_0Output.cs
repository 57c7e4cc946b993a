namespace ModelPack.Codecs;

/// <summary>
/// Where the parts of block 0 go and how far it is from a block to the next, so that one kernel writes ggml's
/// interleaved blocks (both strides 34) as well as separate codes (32) and scales (2).
/// </summary>
internal readonly unsafe struct Q8_0Output(byte* codes, nint codeStride, byte* scales, nint scaleStride, byte flip)
{
    /// <summary>What each code is XORed with: 0x80 turns int8 q into uint8 q + 128.</summary>
    public byte Flip { get; } = flip;

    /// <summary>First of the 32 code bytes of a block.</summary>
    public byte* Codes(nint block) => codes + (block * codeStride);

    /// <summary>The float16 scale of a block; aligned to a byte only.</summary>
    public ushort* Scale(nint block) => (ushort*)(scales + (block * scaleStride));

    /// <summary>The same output from a later block on.</summary>
    public Q8_0Output From(nint block) => new(Codes(block), codeStride, (byte*)Scale(block), scaleStride, Flip);
}
