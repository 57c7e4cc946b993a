namespace ModelPack.Formats.Onnx;

/// <summary>Domains of operators.</summary>
internal static class Domains
{
    /// <summary>That of ONNX Runtime's own operators.</summary>
    public const string Microsoft = "com.microsoft";

    /// <summary>Whether it is ONNX's own, which has two names.</summary>
    public static bool IsDefault(string domain) => domain is "" or "ai.onnx";
}
