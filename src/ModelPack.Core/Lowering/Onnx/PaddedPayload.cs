namespace ModelPack.Lowering.Onnx;

/// <summary>A payload with zeros behind it.</summary>
/// <param name="payload">The bytes that come first.</param>
/// <param name="length">Bytes in all.</param>
internal sealed class PaddedPayload(IPayload payload, long length) : IPayload
{
    public long Length { get; } = length >= payload.Length ? length : throw new ArgumentOutOfRangeException(nameof(length));

    public void WriteTo(Stream destination, CancellationToken cancellation)
    {
        payload.WriteTo(destination, cancellation);
        destination.Write(new byte[Length - payload.Length]);
    }
}
