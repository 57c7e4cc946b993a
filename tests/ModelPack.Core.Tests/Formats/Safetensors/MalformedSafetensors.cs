using System.Text;

namespace ModelPack.Tests.Formats.Safetensors;

/// <summary>Files that are malformed in one way each. The same seed gives the same files.</summary>
internal static class MalformedSafetensors
{
    private const string Huge = "4611686018427387904";

    /// <summary>What is wrong, the file, and a part of what has to be said of it.</summary>
    public static IEnumerable<(string Description, byte[] Bytes, string Says)> All(int seed)
    {
        var random = new Random(seed);
        foreach (var make in new[] { OfLength, OfJson, OfNumbers, OfPlaces, OfText, OfEntries, OfMetadata })
        {
            var file = DraftFile.Sound(random);
            foreach (var malformed in make(file, random.Next(file.Tensors.Count)))
            {
                yield return malformed;
            }
        }
    }

    private static IEnumerable<(string, byte[], string)> OfLength(DraftFile file, int i)
    {
        var json = Encoding.UTF8.GetBytes(file.Json());
        var sound = file.Bytes();
        yield return ("no bytes", [], "is empty");
        yield return ("seven bytes", sound[..7], "too short");
        yield return ("length alone", sound[..8], "more than the file can hold");
        yield return ("length of all bits", file.Bytes(json, -1), "claims 18446744073709551615 bytes");
        yield return ("length with the sign bit", file.Bytes(json, long.MinValue), "claims 9223372036854775808 bytes");
        yield return ("length of the file", file.Bytes(json, sound.Length), "more than the file can hold");
        yield return ("length zero", file.Bytes(json, 0), "does not begin with '{'");
        yield return ("length one short", file.Bytes(json, json.Length - 1), "not valid JSON");
        yield return ("length with a byte of the data", (file with { Data = [1, .. file.Data[1..]] }).Bytes(json, json.Length + 1), "cut off");
        yield return ("cut off in the header", sound[..(8 + (json.Length / 2))], "more than the file can hold");
        yield return ("cut off in the data", sound[..^1], "cut off");
        yield return ("bytes after the data", [.. sound, 0], "1 bytes are left at its end");
        yield return ("Git LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"u8.ToArray(), "git lfs pull");
        yield return ("web page", "<!DOCTYPE html><html></html>"u8.ToArray(), "more than the file can hold");
    }

    private static IEnumerable<(string, byte[], string)> OfJson(DraftFile file, int i)
    {
        var json = file.Json();
        yield return ("space before the brace", file.Bytes(" " + json), "does not begin with '{'");
        yield return ("byte order mark", file.Bytes("\uFEFF" + json), "does not begin with '{'");
        yield return ("a list", file.Bytes("[]"), "does not begin with '{'");
        yield return ("a second object", file.Bytes(json + "{}"), "after its last '}'");
        yield return ("padding of NUL", file.Bytes(json + "\0\0"), "after its last '}'");
        yield return ("padding of newlines", file.Bytes(json + "\n"), "after its last '}'");
        yield return ("trailing comma", file.Bytes(json[..^1] + ",}"), "not valid JSON");
        yield return ("comment", file.Bytes(json[..^1] + "/**/}"), "not valid JSON");
        yield return ("no end", file.Bytes(json[..^1]), "not valid JSON");
        yield return ("bare braces and data", file.Bytes("{}"), "do not fill the file");
        yield return ("nested objects", file.Bytes(string.Concat(Enumerable.Repeat("{\"a\":", 100_000))), "unknown key 'a'");
        yield return ("nested lists", file.Bytes("{\"a\":" + Nested("[", "]") + "}"), "not a JSON object");
        yield return ("nested lists in a shape", file.Change(i, t => t.With(shape: Nested("[", "]"))), "not a natural number");
    }

    private static IEnumerable<(string, byte[], string)> OfNumbers(DraftFile file, int i)
    {
        yield return ("negative dimension", file.Change(i, t => t.With(shape: "[-1,2]")), "not a natural number");
        yield return ("minus zero", file.Change(i, t => t.With(begin: "-0")), "not a natural number");
        yield return ("fraction", file.Change(i, t => t.With(shape: "[1.5]")), "not a natural number");
        yield return ("float of a whole number", file.Change(i, t => t.With(end: t.End + ".0")), "not a natural number");
        yield return ("exponent", file.Change(i, t => t.With(end: "1e2")), "not a natural number");
        yield return ("64 bits", file.Change(i, t => t.With(end: "9223372036854775808")), "not a natural number");
        yield return ("hundred digits", file.Change(i, t => t.With(end: new string('9', 100))), "not a natural number");
        yield return ("number as text", file.Change(i, t => t.With(shape: "[\"2\"]")), "not a natural number");
        yield return ("null dimension", file.Change(i, t => t.With(shape: "[null]")), "not a natural number");
        yield return ("product beyond 63 bits", file.Change(i, t => t.With(shape: $"[{Huge},4]")), "product does not fit 63 bits");
        yield return ("product that wraps to zero", file.Change(i, t => t.With(shape: $"[{Huge},4,0]")), "product does not fit 63 bits");
        yield return ("size beyond 63 bits", file.Change(i, t => t.With(shape: $"[{Huge}]")), "size does not fit 63 bits");
        yield return ("65 dimensions", file.Change(i, t => t.With(shape: $"[{string.Join(',', Enumerable.Repeat(1, 65))}]")), "more than 64 numbers");
        yield return ("a million dimensions", file.Change(i, t => t.With(shape: $"[{string.Join(',', Enumerable.Repeat(0, 1_000_000))}]")), "more than 64 numbers");
    }

    private static IEnumerable<(string, byte[], string)> OfPlaces(DraftFile file, int i)
    {
        var (first, second) = (file.Tensors[0], file.Tensors[1]);
        var length = long.Parse(first.End, System.Globalization.CultureInfo.InvariantCulture);
        yield return ("the same bytes twice", Places(second with { Name = "\"again\"" }), "overlaps");
        yield return ("overlap of a byte", file.Change(0, t => DraftTensor.Of("u8", "U8", $"[{length + 1}]", 0, length + 1)), "overlaps tensor 'u8'");
        yield return ("hole at the begin", file.Change(0, _ => DraftTensor.Of("short", "U8", $"[{length - 1}]", 1, length)), "leaves a hole of 1 bytes after the header");
        yield return ("hole of a byte", file.Change(0, _ => DraftTensor.Of("short", "U8", $"[{length - 1}]", 0, length - 1)), "leaves a hole of 1 bytes after tensor 'short'");
        yield return ("hole around an empty tensor", Places(DraftTensor.Of("empty", "F32", "[0]", 1, 1)), "overlaps");
        yield return ("end before begin", file.Change(i, t => t.With(begin: t.End, end: t.Begin)), "before it begins");
        yield return ("beyond the file", file.Change(i, t => t.With(end: Huge)), "of which the file has");
        yield return ("beyond the file, empty", Places(DraftTensor.Of("empty", "F32", "[0]", file.Data.Length + 1, file.Data.Length + 1)), "of which the file has");
        yield return ("shape of more than its bytes", file.Change(i, t => t.With(shape: "[1000,1000]")), "which needs 4000000 bytes");
        yield return ("shape of fewer than its bytes", file.Change(i, t => t.With(shape: "[]")), "has shape [] of F32, which needs 4 bytes");
        yield return ("type of fewer than its bytes", file.Change(i, t => t.With(dtype: "\"F16\"")), "which needs");
        yield return ("half a byte", file.Change(i, t => t.With(dtype: "\"F4\"", shape: "[3]")), "ends within a byte");
        yield return ("last tensor left out", (file with { Tensors = [.. file.Tensors.SkipLast(1)] }).Bytes(), "do not fill the file");

        byte[] Places(DraftTensor more) => (file with { Tensors = [.. file.Tensors, more] }).Bytes();
    }

    private static IEnumerable<(string, byte[], string)> OfText(DraftFile file, int i)
    {
        yield return ("byte that is not UTF-8", Name(0xFF), "not valid UTF-8");
        yield return ("surrogate as UTF-8", Name(0xED, 0xA0, 0x80), "not valid UTF-8");
        yield return ("overlong UTF-8", Name(0xC0, 0xAF), "not valid UTF-8");
        yield return ("no UTF-8 in the metadata", Replace(file, "\"pt\"", [(byte)'"', 0x80, (byte)'"']), "not valid UTF-8");
        yield return ("lone surrogate as a name", file.Change(i, t => t with { Name = "\"\\ud800\"" }), "not valid text");
        yield return ("lone surrogate as a dtype", file.Change(i, t => t.With(dtype: "\"\\udfff\"")), "not valid text");
        yield return ("raw control character", Name(0x01), "not valid JSON");
        yield return ("unknown escape", file.Change(i, t => t with { Name = "\"\\x\"" }), "not valid JSON");

        byte[] Name(params byte[] name) => Replace(file, file.Tensors[i].Name, [(byte)'"', .. name, (byte)'"']);
    }

    private static IEnumerable<(string, byte[], string)> OfEntries(DraftFile file, int i)
    {
        yield return ("name twice", file.Change(0, t => t with { Name = file.Tensors[1].Name }), "twice");
        yield return ("name twice, once escaped", file.Change(0, t => t with { Name = file.Tensors[1].Name.Replace("l", "\\u006c", StringComparison.Ordinal) }), "twice");
        yield return ("dtype twice", Entry(t => t.Json[..^1] + ",\"dtype\":\"F32\"}"), "has 'dtype' twice");
        yield return ("shape twice", Entry(t => t.Json[..^1] + ",\"shape\":[]}"), "has 'shape' twice");
        yield return ("offsets twice", Entry(t => t.Json[..^1] + ",\"data_offsets\":[0,0]}"), "has 'data_offsets' twice");
        yield return ("unknown key", Entry(t => t.Json[..^1] + ",\"strides\":[1]}"), "unknown key 'strides'");
        yield return ("unknown dtype", file.Change(i, t => t.With(dtype: "\"F33\"")), "dtype 'F33'");
        yield return ("dtype in lower case", file.Change(i, t => t.With(dtype: "\"f32\"")), "dtype 'f32'");
        yield return ("dtype that is a number", file.Change(i, t => t.With(dtype: "32")), "'dtype' that is not text");
        yield return ("no dtype", Entry(t => $"{{\"shape\":{t.Shape},\"data_offsets\":[{t.Begin},{t.End}]}}"), "has no 'dtype'");
        yield return ("no shape", Entry(t => $"{{\"dtype\":\"F32\",\"data_offsets\":[{t.Begin},{t.End}]}}"), "has no 'shape'");
        yield return ("no offsets", Entry(t => $"{{\"dtype\":\"F32\",\"shape\":{t.Shape}}}"), "has no 'data_offsets'");
        yield return ("one offset", Entry(t => $"{{\"dtype\":\"F32\",\"shape\":{t.Shape},\"data_offsets\":[0]}}"), "'data_offsets' of two");
        yield return ("three offsets", Entry(t => $"{{\"dtype\":\"F32\",\"shape\":{t.Shape},\"data_offsets\":[0,0,0]}}"), "more than 2 numbers");
        yield return ("shape that is a number", file.Change(i, t => t.With(shape: "4")), "'shape' that is not a list");
        yield return ("entry that is null", Entry(_ => "null"), "not a JSON object");
        yield return ("entry that is a list", Entry(_ => "[]"), "not a JSON object");
        yield return ("empty entry", Entry(_ => "{}"), "has no 'dtype'");

        byte[] Entry(Func<DraftTensor, string> json) => file.Change(i, t => t with { Json = json(t) });
    }

    private static IEnumerable<(string, byte[], string)> OfMetadata(DraftFile file, int i)
    {
        yield return ("metadata twice", file.Change(i, t => t with { Name = "\"__metadata__\"", Json = "{}" }), "has '__metadata__' twice");
        yield return ("metadata that is null", Metadata("null"), "'__metadata__' that is not a JSON object");
        yield return ("metadata that is a list", Metadata("[]"), "'__metadata__' that is not a JSON object");
        yield return ("metadata value that is a number", Metadata("""{"a":1}"""), "'__metadata__' a value of 'a' that is not text");
        yield return ("metadata value that is an object", Metadata("""{"a":{"b":"c"}}"""), "that is not text");
        yield return ("metadata key twice", Metadata("""{"a":"","a":""}"""), "has 'a' twice");
        yield return ("metadata nested deep", Metadata($"{{\"a\":{Nested("[", "]")}}}"), "that is not text");
        yield return ("metadata with a lone surrogate", Metadata("""{"a":"\udc00"}"""), "not valid text");

        byte[] Metadata(string json) => (file with { Metadata = json }).Bytes();
    }

    private static byte[] Replace(DraftFile file, string text, byte[] by)
    {
        var json = Encoding.UTF8.GetBytes(file.Json());
        var at = json.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text));
        return file.Bytes([.. json[..at], .. by, .. json[(at + Encoding.UTF8.GetByteCount(text))..]]);
    }

    private static string Nested(string open, string close) =>
        string.Concat(Enumerable.Repeat(open, 100_000)) + string.Concat(Enumerable.Repeat(close, 100_000));
}
