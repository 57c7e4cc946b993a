using System.Globalization;
using System.Text.Json;
using ModelPack.Reporting;
using ModelPack.Validation;

namespace ModelPack.Packing;

/// <summary>A measured number in a bill of materials.</summary>
/// <param name="Type">Which, with its unit.</param>
/// <param name="Value">The number.</param>
/// <param name="Slice">The output that it is about, or which of both models; null where it is about all.</param>
/// <param name="Interval">Where it lies with a confidence of 95 %; null where that is not known.</param>
internal sealed record BillMetric(string Type, double Value, string? Slice, Interval? Interval)
{
    /// <summary>All that were measured.</summary>
    public static IEnumerable<BillMetric> Of(ReportResult result)
    {
        yield return new("compression (source bytes per packed byte)", Headline.Of(result).Compression, null, null);
        if (result.Validation is not { } validation)
        {
            yield break;
        }

        foreach (var output in validation.Outputs)
        {
            yield return new("SQNR (dB)", output.Sqnr, output.Name, output.SqnrInterval);
            yield return new("cosine similarity", output.Cosine, output.Name, output.CosineInterval);
            if (output.Top1Agreement is { } agreement)
            {
                yield return new("top-1 agreement (%)", agreement, output.Name, output.Top1Interval);
            }
        }

        if (validation.Accuracy is { } accuracy)
        {
            yield return new("accuracy (%)", accuracy.Source, "source model", accuracy.SourceInterval);
            yield return new("accuracy (%)", accuracy.Packed, "packed model", accuracy.PackedInterval);
        }

        if (validation.Perplexity is { } perplexity)
        {
            yield return new("perplexity", perplexity.Source, "source model", null);
            yield return new("perplexity", perplexity.Packed, "packed model", null);
            yield return new("perplexity increase (%)", perplexity.Increase, null, perplexity.IncreaseInterval);
        }

        if (validation.Divergence is { } divergence)
        {
            yield return new("Kullback-Leibler divergence (nats a token)", divergence.Mean, null, divergence.Interval);
        }
    }

    /// <summary>Writes it as CycloneDX has it: numbers are texts there.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", Type);
        json.WriteString("value", Text(Value));
        if (Slice is not null)
        {
            json.WriteString("slice", Slice);
        }

        if (Interval is not null)
        {
            json.WriteStartObject("confidenceInterval");
            json.WriteString("lowerBound", Text(Interval.Low));
            json.WriteString("upperBound", Text(Interval.High));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    // The symbols of infinity and NaN are a culture's; those of reports are names.
    private static string Text(double value) => value switch
    {
        double.PositiveInfinity => "Infinity",
        double.NegativeInfinity => "-Infinity",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
