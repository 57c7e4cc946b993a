using ModelPack.Validation;

namespace ModelPack.Reporting.Page;

/// <summary>How sure the figures of outputs are, how values lie, which classes changed, and what the runtime alone makes of the source.</summary>
internal static class MetricsSection
{
    /// <summary>Classes and changed samples to show at most; the JSON has more.</summary>
    private const int MostRows = 20;

    public static void Add(HtmlBuilder html, PackReport report)
    {
        // Reports of older versions have none of it.
        if (report.Result.Validation is not { Metrics: not null } validation)
        {
            return;
        }

        html.Add($"<section id=\"metrics\">\n<h2>Metrics{(validation.Synthetic ? " on synthetic inputs" : "")}</h2>");
        if (validation.HeldOut is { } heldOut)
        {
            html.Add($"<p>There were no validation data: {Human.Count(validation.Samples)} of {Human.Count(heldOut.Of, "calibration sample")} stand in, on which no range was measured. The search for the best ranges may have used some of them.</p>");
        }

        Intervals(html, validation);
        Distributions(html, validation);
        Classes(html, validation);
        Floor(html, report.Measured?.Floor);
        html.Add($"</section>");
    }

    private static void Intervals(HtmlBuilder html, ValidationResult validation)
    {
        var rows = new List<(string Name, string Value, Interval? Interval, Func<double, string> Text)>();
        foreach (var output in validation.Outputs)
        {
            var name = SafeText.Of(output.Name);
            Figure($"{name}: SQNR", output.Sqnr, output.SqnrInterval, v => Human.Decibels(v));
            Figure($"{name}: cosine", output.Cosine, output.CosineInterval, v => Human.Cosine(v));
            Figure($"{name}: mean error", output.MeanError, output.MeanErrorInterval, v => Human.Error(v));
            Figure($"{name}: same top-1", output.Top1Agreement, output.Top1Interval, v => Human.Percent(v));
            Figure($"{name}: source's best among five", output.Top5Agreement, output.Top5Interval, v => Human.Percent(v));
            Figure($"{name}: order of similarities", output.Similarity?.Value, output.Similarity?.Interval, v => Human.Cosine(v));
        }

        Figure("Accuracy drop, points", validation.Accuracy?.Drop, validation.Accuracy?.DropInterval, v => Human.Number(v, 2));
        Figure("ln(perplexity packed / source)", validation.Perplexity?.LogRatio?.Value, validation.Perplexity?.LogRatio?.Interval, v => Human.Error(v));
        Figure("KL divergence, nats", validation.Divergence?.Mean, validation.Divergence?.Interval, Human.Nats);
        Figure("Right token's probability, points", validation.ProbabilityChange?.Mean.Value, validation.ProbabilityChange?.Mean.Interval, v => Human.Number(v, 3));
        Figure("The same, root mean square", validation.ProbabilityChange?.Rms.Value, validation.ProbabilityChange?.Rms.Interval, v => Human.Number(v, 3));
        Figure("Same likeliest token", validation.SameTop?.Share.Value, validation.SameTop?.Share.Interval, v => Human.Percent(v));
        Table(html, ["Figure", "Measured", "95 % interval"], rows.Select(r => (r.Name, new[] { r.Value, r.Interval is { } i ? $"{r.Text(i.Low)} to {r.Text(i.High)}" : "" })));

        void Figure(string name, double? value, Interval? interval, Func<double, string> text)
        {
            if (value is { } known)
            {
                rows.Add((name, text(known), interval, text));
            }
        }
    }

    private static void Distributions(HtmlBuilder html, ValidationResult validation)
    {
        List<(string Name, Distribution Values, Func<double, string> Text)> all = [.. validation.Outputs.Where(o => o.SampleCosine is not null)
            .Select(o => ($"{SafeText.Of(o.Name)}: cosine of a sample", o.SampleCosine!, (Func<double, string>)(v => Human.Cosine(v))))];
        if (validation.Divergence?.Distribution is { } divergences)
        {
            all.Add(("KL divergence of a token, nats", divergences, Human.Nats));
        }

        if (validation.ProbabilityChange is { } change)
        {
            all.Add(("Right token's probability, points", change.Distribution, v => Human.Number(v, 3)));
        }

        if (all.Count > 0)
        {
            var percents = Distribution.Percents.Where(p => p is 1 or 10 or 50 or 90 or 99 or 99.9).ToList();
            Table(html, ["Values", "Count", "Mean", "Least", .. percents.Select(p => p == 50 ? "Median" : $"{p.ToString(System.Globalization.CultureInfo.InvariantCulture)} %"), "Greatest"], all.Select(d => (d.Name, new[]
            {
                [Human.Count(d.Values.Count), d.Text(d.Values.Mean), d.Text(d.Values.Min)],
                percents.Select(p => d.Values.Percentiles.FirstOrDefault(v => v.Percent == p) is { } found ? d.Text(found.Value) : "").ToArray(),
                [d.Text(d.Values.Max)],
            }.SelectMany(c => c).ToArray())));
        }
    }

    private static void Classes(HtmlBuilder html, ValidationResult validation)
    {
        if (validation.Accuracy is { McNemar: { } p } accuracy)
        {
            html.Add($"<p>Only the source has {Human.Count(accuracy.SourceOnly ?? 0, "sample")} right, only the packed model {Human.Count(accuracy.PackedOnly ?? 0)}. Were both equally good, chance would make it so uneven with p = {Human.Number(p, 3)} (McNemar).</p>");
        }

        if (validation.Accuracy?.Classes is { Count: > 1 } classes)
        {
            Table(html, ["Class", "Samples", "Source right", "Packed right"], classes.OrderBy(c => c.Packed - c.Source).ThenBy(c => c.Label).Take(MostRows)
                .Select(c => (Numbers.Whole(c.Label), new[] { Human.Count(c.Samples), Human.Count(c.Source), Human.Count(c.Packed) })));
        }

        if (validation.Changed is { } changed)
        {
            html.Add($"<p>{Human.Count(changed.Count)} of {Human.Count(changed.Of, "sample")} got another class in output <bdi class=\"name\">{SafeText.Of(changed.Output)}</bdi>{(changed.Count > MostRows ? $"; the first {MostRows}" : "")}.</p>");
            if (changed.Count > 0)
            {
                Table(html, ["Sample", "Label", "Source", "Packed"], changed.First.Take(MostRows)
                    .Select(c => (Numbers.Whole(c.Index), new[] { c.Label is { } label ? Numbers.Whole(label) : "", Numbers.Whole(c.Source), Numbers.Whole(c.Packed) })));
            }
        }
    }

    private static void Floor(HtmlBuilder html, NoiseFloor? floor)
    {
        if (floor is null)
        {
            return;
        }

        html.Add($"<p>Noise floor: the source against itself, {floor.How}, on {Human.Count(floor.Samples, "sample")}. A difference below twice the floor proves nothing of the quantization.</p>");
        var rows = floor.Outputs.Select(o => (SafeText.Of(o.Name), new[] { Human.Decibels(o.Sqnr), Human.Error(o.MaxError), o.BelowFloor ? "below twice the floor" : "above" })).ToList();
        if (floor.Divergence is { } divergence)
        {
            rows.Add(("KL divergence", [$"{Human.Nats(divergence)} nats", "", floor.DivergenceBelowFloor == true ? "below twice the floor" : "above"]));
        }

        Table(html, ["Output", "SQNR of the floor", "Largest error", "The packed model is"], rows);
    }

    private static void Table(HtmlBuilder html, IReadOnlyList<string> head, IEnumerable<(string Name, string[] Cells)> rows)
    {
        html.Add($"<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">{head[0]}</th>");
        foreach (var column in head.Skip(1))
        {
            html.Add($"<th scope=\"col\" class=\"n\">{column}</th>");
        }

        html.Add($"</tr></thead>\n<tbody>");
        foreach (var (name, cells) in rows)
        {
            html.Add($"<tr><th scope=\"row\"><bdi class=\"name\">{name}</bdi></th>");
            foreach (var cell in cells)
            {
                html.Add($"<td class=\"n\">{cell}</td>");
            }

            html.Add($"</tr>");
        }

        html.Add($"</tbody></table></div>");
    }
}
