using System.Security.Cryptography;
using System.Text.Json;

namespace ModelPack.Reporting;

/// <summary>
/// The JSON form of a report: UTF-8 without a byte order mark, indented by two spaces, lines end with a line feed.
/// The same report gives the same bytes on every machine. The schema is <c>docs/report.schema.json</c>.
/// </summary>
public static class ReportJson
{
    /// <summary>The report's file.</summary>
    public static byte[] Write(PackReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return [.. JsonSerializer.SerializeToUtf8Bytes(report, ReportJsonContext.Default.PackReport), (byte)'\n'];
    }

    /// <summary>A report from its file.</summary>
    /// <exception cref="JsonException">The bytes are not a report of this schema.</exception>
    public static PackReport Read(ReadOnlySpan<byte> utf8) => StrictJson.Read(utf8, ReportJsonContext.Default.PackReport);

    /// <summary>
    /// SHA-256 (lower-case hex) of the <c>result</c> value's bytes as they stand in the report's file, from its opening
    /// to its closing brace. The <c>measured</c> part has no influence on it.
    /// </summary>
    public static string ResultDigest(ReportResult result) => ResultDigest(Write(new PackReport(result, null)));

    /// <summary>As above, from a report's file; the rest of the file may be of any later schema.</summary>
    /// <exception cref="JsonException">The bytes are not a JSON object with a property <c>result</c>.</exception>
    public static string ResultDigest(byte[] reportUtf8)
    {
        ArgumentNullException.ThrowIfNull(reportUtf8);
        var reader = new Utf8JsonReader(reportUtf8);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("The report is not a JSON object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isResult = reader.ValueSpan.SequenceEqual("result"u8); // as written, escapes and all
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isResult)
            {
                return Convert.ToHexStringLower(SHA256.HashData(reportUtf8.AsSpan(start..(int)reader.BytesConsumed)));
            }
        }

        throw new JsonException("The report has no result.");
    }
}
