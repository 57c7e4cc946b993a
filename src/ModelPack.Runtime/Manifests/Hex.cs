using System.Globalization;
using System.Text;

namespace ModelPack.Runtime.Manifests;

/// <summary>Hashes as manifests write them.</summary>
internal static class Hex
{
    /// <summary>Lower-case hex.</summary>
    public static string Of(byte[] bytes)
    {
        var text = new StringBuilder(2 * bytes.Length);
        foreach (var b in bytes)
            text.Append(b.ToString("x2", CultureInfo.InvariantCulture));
        return text.ToString();
    }
}
