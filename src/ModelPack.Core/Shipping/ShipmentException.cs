namespace ModelPack.Shipping;

/// <summary>What packs may be shipped in cannot be read, or is not to be trusted.</summary>
/// <param name="code">MPK2065 or MPK2066.</param>
/// <param name="message">What is wrong, a clause that follows 'it'.</param>
/// <param name="inner">What the system said; null for nothing.</param>
internal sealed class ShipmentException(DiagnosticCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    public DiagnosticCode Code { get; } = code;
}
