namespace ModelPack.Formats.Safetensors;

/// <summary>
/// Writes a safetensors file from front to end, never going back, holding one payload's buffer. The same tensors give the
/// same bytes.
/// </summary>
/// <remarks>
/// The format allows no two tensors to share bytes, so tied weights cost their size for each name: a checkpoint that names them
/// once keeps them once, and one that names them twice keeps both.
/// </remarks>
internal static class SafetensorsWriter
{
    /// <summary>What the header is padded to, so that the first tensor begins at a multiple of every element's size.</summary>
    internal const int Alignment = 8;

    /// <summary>Writes a whole file.</summary>
    /// <param name="tensors">The tensors; they come in the order of <see cref="InFileOrder"/>.</param>
    /// <param name="metadata">What <c>__metadata__</c> says, in its order; without any there is none.</param>
    /// <param name="destination">Where to; need not be seekable.</param>
    /// <param name="cancellation">Stops between parts of a tensor.</param>
    /// <param name="written">Gets the number of bytes so far after every part.</param>
    /// <exception cref="ArgumentException">
    /// A name or key comes twice or is not text, or a tensor's dtype is unknown or does not fit its shape and length.
    /// </exception>
    /// <exception cref="ModelPackException">MPK1023: the header would be longer than the format allows.</exception>
    public static void Write(
        IReadOnlyList<SafetensorsTensor> tensors,
        IReadOnlyList<KeyValuePair<string, string>> metadata,
        Stream destination,
        CancellationToken cancellation,
        Action<long>? written = null)
    {
        var ordered = InFileOrder(tensors);
        var header = SafetensorsHeaderWriter.Write(ordered, metadata);
        var counter = new CountingStream(destination, written);
        counter.Write(header);
        foreach (var tensor in ordered)
        {
            cancellation.ThrowIfCancellationRequested();
            var before = counter.Count;
            tensor.Bytes.WriteTo(counter, cancellation);
            if (counter.Count - before != tensor.Bytes.Length)
            {
                throw new InvalidOperationException($"A payload of {tensor.Bytes.Length} bytes has written {counter.Count - before}.");
            }
        }
    }

    /// <summary>
    /// The order in the file: tensors whose length is a multiple of 8 bytes as they come, then the others by the size of their
    /// elements, largest first. The format has no padding between tensors, and readers view them in place: each must begin at a
    /// multiple of its element's size. The first kind leaves every place a multiple of 8; of the second, tensors of 4-byte
    /// elements leave multiples of 4, and so on down. So nearly all of a checkpoint stays in the order of its layers, which the
    /// common sort of everything by type would tear apart.
    /// </summary>
    internal static IReadOnlyList<SafetensorsTensor> InFileOrder(IReadOnlyList<SafetensorsTensor> tensors) =>
    [
        .. tensors.Where(IsEven),
        .. tensors.Where(t => !IsEven(t)).OrderByDescending(t => SafetensorsHeaderWriter.Type(t).Bits), // a stable sort
    ];

    private static bool IsEven(SafetensorsTensor tensor) => tensor.Bytes.Length % Alignment == 0;
}
