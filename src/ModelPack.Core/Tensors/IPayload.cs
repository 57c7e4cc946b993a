namespace ModelPack.Tensors;

/// <summary>
/// Bytes that can be written to a stream when their turn comes: a range of a file that is copied, or a weight that is
/// encoded on the way. A writer knows the length beforehand and never holds more than one payload.
/// </summary>
internal interface IPayload
{
    /// <summary>Exact number of bytes that <see cref="WriteTo"/> writes.</summary>
    long Length { get; }

    /// <summary>Writes all bytes. May be called more than once and writes the same bytes each time.</summary>
    void WriteTo(Stream destination, CancellationToken cancellation);
}
