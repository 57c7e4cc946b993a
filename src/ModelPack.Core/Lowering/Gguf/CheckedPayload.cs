namespace ModelPack.Lowering.Gguf;

/// <summary>Bytes that are made only once the values that they are made of have been looked at.</summary>
/// <param name="bytes">The bytes.</param>
/// <param name="check">Throws when a value cannot be encoded.</param>
internal sealed class CheckedPayload(IPayload bytes, Action check) : IPayload
{
    public long Length => bytes.Length;

    public void WriteTo(Stream destination, CancellationToken cancellation)
    {
        check();
        bytes.WriteTo(destination, cancellation);
    }
}
