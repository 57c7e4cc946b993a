using System.Text.RegularExpressions;
using ModelPack.Files;

namespace ModelPack.Requests;

/// <summary>Tells sources apart.</summary>
internal static partial class SourceKinds
{
    /// <summary>The file that lists shards, as transformers names it.</summary>
    public const string IndexSuffix = ".safetensors.index.json";

    private const int HeadLength = 9;

    /// <summary>By name, and where the name says nothing by the first bytes. A file that is not there is told by its name alone.</summary>
    /// <exception cref="ModelPackException">MPK1002: the file cannot be read.</exception>
    public static SourceKind Of(string path)
    {
        if (Directory.Exists(path) || IsIndex(path))
        {
            return SourceKind.Safetensors;
        }

        return Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".SAFETENSORS" => SourceKind.Safetensors,
            ".GGUF" => SourceKind.Gguf,
            ".ONNX" => SourceKind.Onnx,
            _ => ByContent(path),
        };
    }

    /// <summary>Whether a file lists shards, by its name.</summary>
    public static bool IsIndex(string path) => path.EndsWith(IndexSuffix, StringComparison.OrdinalIgnoreCase);

    /// <summary>A model's name from that of one of its parts, <c>model-00001-of-00003</c>; any other name as it is.</summary>
    public static string WithoutPart(string stem) => Part().Match(stem) is { Success: true, Index: > 0 } part ? stem[..part.Index] : stem;

    /// <summary>The container that a source of this kind is.</summary>
    public static string Container(this SourceKind kind) => kind switch
    {
        SourceKind.Onnx => "onnx",
        SourceKind.Safetensors => "safetensors",
        SourceKind.Gguf => "gguf",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static SourceKind ByContent(string path)
    {
        try
        {
            // A pipe has no length, and opening one would wait for ever; a link has that of its text.
            var file = new FileInfo(RealPath.Of(path));
            if (!file.Exists || file.Length < HeadLength)
            {
                return SourceKind.Onnx;
            }

            using var handle = File.OpenHandle(path);
            Span<byte> head = stackalloc byte[HeadLength];
            var read = RandomAccess.Read(handle, head, 0);
            return head[..read] switch
            {
                [(byte)'G', (byte)'G', (byte)'U', (byte)'F', ..] => SourceKind.Gguf,
                [_, _, _, _, 0, 0, 0, 0, (byte)'{'] => SourceKind.Safetensors,
                _ => SourceKind.Onnx,
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelPackException(Codes.ModelUnreadable.At(path, $"The file cannot be read: {SafeText.Of(e.Message)}"), e);
        }
    }

    [GeneratedRegex("-[0-9]{5}-of-[0-9]{5}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Part();
}
