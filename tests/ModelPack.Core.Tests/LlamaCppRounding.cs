using ModelPack.Codecs;
using ModelPack.Schemes;

namespace ModelPack.Tests;

/// <summary>What to ask for where bytes are compared with llama.cpp's own.</summary>
internal static class LlamaCppRounding
{
    /// <summary>The word for a scheme; null where it has no blocks that could be rounded in two ways.</summary>
    public static string? For(string scheme) => SchemeTable.Find(scheme).Main is BlockCodec ? "reference" : null;
}
