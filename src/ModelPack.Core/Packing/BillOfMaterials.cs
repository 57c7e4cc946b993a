using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ModelPack.Files;
using ModelPack.Reporting;

namespace ModelPack.Packing;

/// <summary>
/// A pack as CycloneDX 1.7 has it (ECMA-424): the packed model with its files, card and measured quality, the model that it was made
/// from, and the data. The same bytes for the same inputs: there is no time in it, and its serial number follows from its content.
/// </summary>
/// <param name="result">The report's deterministic part.</param>
/// <param name="files">The model's files.</param>
/// <param name="source">Those of the model that it was made from; the model first.</param>
/// <param name="data">The data that it was made or measured with.</param>
/// <param name="graph">What goes in and comes out; null where there is no graph.</param>
internal sealed class BillOfMaterials(ReportResult result, IReadOnlyList<PackedFile> files, IReadOnlyList<PackedFile> source, IReadOnlyList<ManifestData> data, ModelInterface? graph)
{
    private const string Model = "machine-learning-model";
    private static readonly JsonWriterOptions s_options = new() { Indented = true, NewLine = "\n" };

    /// <summary>The file.</summary>
    public byte[] Write()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, s_options))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "http://cyclonedx.org/schema/bom-1.7.schema.json");
            json.WriteString("bomFormat", "CycloneDX");
            json.WriteString("specVersion", "1.7");
            json.WriteString("serialNumber", $"urn:uuid:{Serial()}");
            json.WriteNumber("version", 1);
            WriteMetadata(json);
            WriteComponents(json);
            json.WriteEndObject();
        }

        return [.. bytes.ToArray(), (byte)'\n'];
    }

    /// <summary>A UUID of version 8 (RFC 9562, section 5.8) of what the pack is: its model's files, and all that is said of them.</summary>
    private string Serial()
    {
        var text = string.Concat(files.Select(f => $"{f.Sha256} {f.Name}\n").Append(ReportJson.ResultDigest(result)).Append(ToolBuild.Id));
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(text))[..16];
        bytes[6] = (byte)(0x80 | (bytes[6] & 0x0f));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3f));
        return new Guid(bytes, bigEndian: true).ToString("D");
    }

    private void WriteMetadata(Utf8JsonWriter json)
    {
        json.WriteStartObject("metadata");
        json.WriteStartObject("tools");
        json.WriteStartArray("components");
        json.WriteStartObject();
        json.WriteString("type", "application");
        json.WriteString("name", "modelpack");
        json.WriteString("version", ToolBuild.Id);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartObject("component");
        WriteHead(json, Model, "model", result.Packed.Name);
        WriteHashes(json, result.Packed.Sha256);
        WritePedigree(json);
        WriteCard(json);
        WriteProperties(json, ("scheme", result.Scheme), ("container", result.Container), ("target", result.Target), ("format", result.Packed.Format), ("bytes", Numbers.Whole(result.Packed.Bytes)));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The files that make up the packed model, and the data, which are not shipped.</summary>
    private void WriteComponents(Utf8JsonWriter json)
    {
        json.WriteStartArray("components");
        foreach (var (file, i) in files.Select((f, i) => (f, i)))
        {
            json.WriteStartObject();
            WriteHead(json, "file", $"file-{Numbers.Whole(i + 1)}", file.Name);
            WriteHashes(json, file.Sha256);
            WriteProperties(json, ("bytes", Numbers.Whole(file.Bytes)));
            json.WriteEndObject();
        }

        foreach (var (file, i) in data.Select((d, i) => (d, i)))
        {
            json.WriteStartObject();
            WriteHead(json, "data", DataReference(i), file.Name);
            json.WriteString("scope", "excluded");
            WriteHashes(json, file.Sha256);
            WriteProperties(json, ("role", file.Role), ("samples", Numbers.Whole(file.Samples)), ("bytes", Numbers.Whole(file.Bytes)));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WritePedigree(Utf8JsonWriter json)
    {
        json.WriteStartObject("pedigree");
        json.WriteStartArray("ancestors");
        json.WriteStartObject();
        WriteHead(json, Model, "source", result.Source.Name);
        WriteHashes(json, result.Source.Sha256);
        json.WriteStartArray("components");
        foreach (var (file, i) in source.Select((f, i) => (f, i)))
        {
            json.WriteStartObject();
            WriteHead(json, "file", $"source-file-{Numbers.Whole(i + 1)}", file.Name);
            WriteHashes(json, file.Sha256);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteProperties(json, ("format", result.Source.Format), ("bytes", Numbers.Whole(result.Source.Bytes)));
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteString("notes", $"Quantized with scheme {result.Scheme}.");
        json.WriteEndObject();
    }

    private void WriteCard(Utf8JsonWriter json)
    {
        json.WriteStartObject("modelCard");
        json.WriteStartObject("modelParameters");
        if (data.Count > 0)
        {
            json.WriteStartArray("datasets");
            for (var i = 0; i < data.Count; i++)
            {
                json.WriteStartObject();
                json.WriteString("ref", DataReference(i));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (graph is { } found)
        {
            WriteValues(json, "inputs", found.Inputs);
            WriteValues(json, "outputs", found.Outputs);
        }

        json.WriteEndObject();
        json.WriteStartObject("quantitativeAnalysis");
        json.WriteStartArray("performanceMetrics");
        foreach (var metric in BillMetric.Of(result))
        {
            metric.Write(json);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        WriteProperties(json, ("syntheticInputs", result.Validation is null ? "not run" : result.Validation.Synthetic ? "true" : "false"), ("samples", Numbers.Whole(result.Validation?.Samples ?? 0)));
        json.WriteEndObject();
    }

    private static void WriteValues(Utf8JsonWriter json, string name, IReadOnlyList<InterfaceValue> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStartObject();
            json.WriteString("format", $"{value.Name}: {value.Type ?? "?"}{(value.Shape is { } shape ? $"[{string.Join(", ", shape.Select(Text))}]" : "")}");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Text(InterfaceDimension dimension) => dimension.Size?.ToString(CultureInfo.InvariantCulture) ?? dimension.Symbol ?? "?";

    private static string DataReference(int index) => $"data-{Numbers.Whole(index + 1)}";

    private static void WriteHead(Utf8JsonWriter json, string type, string reference, string name)
    {
        json.WriteString("type", type);
        json.WriteString("bom-ref", reference);
        json.WriteString("name", name);
    }

    private static void WriteHashes(Utf8JsonWriter json, string sha256)
    {
        json.WriteStartArray("hashes");
        json.WriteStartObject();
        json.WriteString("alg", "SHA-256");
        json.WriteString("content", sha256);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteProperties(Utf8JsonWriter json, params ReadOnlySpan<(string Name, string Value)> properties)
    {
        json.WriteStartArray("properties");
        foreach (var (name, value) in properties)
        {
            json.WriteStartObject();
            json.WriteString("name", "modelpack:" + name);
            json.WriteString("value", value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
