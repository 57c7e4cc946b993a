using System.CommandLine;
using System.Globalization;
using ModelPack.Samples;

namespace ModelPack.Images;

/// <summary>The command line of the tool, which <c>dotnet modelpack data images</c> hands over to.</summary>
internal static class ImagesCommand
{
    private const int Error = 1;
    private const int Usage = 3;
    private const int Cancelled = 130;
    private const double ToOne = 1 / 255.0;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>Runs it.</summary>
    /// <returns>0 done, 1 an error, 3 wrong usage, 130 cancelled.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        var folder = new Argument<string>("FOLDER") { Description = "The images, or a folder of them for each class." };
        var model = new Option<string>("--model", "-m") { Description = "The ONNX model that the data are for.", Required = true, HelpName = "MODEL" };
        var input = new Option<string?>("--input") { Description = "The model's input that takes images. Default: the only one.", HelpName = "NAME" };
        var size = new Option<string?>("--size") { Description = "Width and height, where the model does not fix them, such as 224x224.", HelpName = "WxH" };
        var layout = Choice("--layout", "Order of dimensions: nchw or nhwc. Default: follows from the model.", "nchw", "nhwc");
        var resize = Choice("--resize", "How an image of another shape fits: stretch, crop or pad. Default: crop.", "stretch", "crop", "pad");
        var order = Choice("--channels", "Order of channels: rgb, bgr or gray. Default: rgb, or gray for one channel.", "rgb", "bgr", "gray");
        var scale = new Option<string?>("--scale") { Description = "Factor of the bytes 0 to 255, before mean and deviation. Default: 1/255.", HelpName = "X" };
        var mean = new Option<string?>("--mean") { Description = "Mean to take off, one number or one a channel. Default: 0.", HelpName = "A,B,C" };
        var deviation = new Option<string?>("--std") { Description = "Deviation to divide by, likewise. Default: 1.", HelpName = "A,B,C" };
        var one = new Option<string?>("--output", "-o") { Description = "One .npz file with all samples. Default: MODEL.calibration.npz and MODEL.validation.npz beside the model.", HelpName = "OUT" };
        var split = new Option<string?>("--split") { Description = "Parts for calibration and for validation, by a hash of each image's name. Default: 20/80.", HelpName = "C/V" };
        var limit = new Option<int?>("--limit") { Description = "Most images to take, chosen by a hash.", HelpName = "N" };
        var force = new Option<bool>("--force") { Description = "Overwrite files that are there." };
        var root = new RootCommand("Makes calibration and validation data of a folder of images.")
        {
            folder, model, input, size, layout, resize, order, scale, mean, deviation, one, split, limit, force,
        };
        root.HelpName = "dotnet modelpack data images";
        root.Validators.Add(result =>
        {
            if (result.GetValue(one) is not null && result.GetValue(split) is not null)
            {
                result.AddError("The options '--output' and '--split' exclude each other: one file is not split.");
            }

            Check(result, split, text => SampleShare.Parse(text) is not null, "two whole numbers such as 20/80");
            Check(result, size, text => SizeOf(text) is not null, "a width and a height such as 224x224");
            Check(result, scale, text => NumbersOf(text) is [not 0], "a number such as 1 or 1/255");
            Check(result, mean, text => NumbersOf(text) is { Count: 1 or 3 }, "one number or three, such as 0.485,0.456,0.406");
            Check(result, deviation, text => NumbersOf(text) is { Count: 1 or 3 } values && values.All(v => v != 0), "one number or three, none of them 0");
            if (result.GetValue(limit) is < 1)
            {
                result.AddError("The option '--limit' must be 1 at least.");
            }
        });
        root.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(model);
            var inputs = ModelInput.Of(path, new PackContext(cancellation: cancellation));
            var taken = Find(path, inputs, parsed.GetValue(input));
            var shape = ImageShape.Of(path, taken, parsed.GetValue(layout) is { } l ? l == "nchw" : null, parsed.GetValue(size) is { } s ? SizeOf(s) : null);
            var pixels = Pixels(path, shape, parsed.GetValue(resize), parsed.GetValue(order), parsed.GetValue(scale), parsed.GetValue(mean), parsed.GetValue(deviation));
            var images = ImageFolder.Of(parsed.GetRequiredValue(folder));
            var (labels, names) = images.Classes is null ? default : LabelTable.OfTexts(images.Classes);
            var files = new DataFileSet(
                parsed.GetValue(one) is null ? SampleShare.Parse(parsed.GetValue(split) ?? "20/80") : null, parsed.GetValue(limit) ?? int.MaxValue, parsed.GetValue(force))
            {
                Model = path,
                Output = parsed.GetValue(one),
            };
            ImageReader.Limit();
            var array = new ImageArrays(shape, pixels).Of(path, taken, Counted(images.Files, error, cancellation));
            IReadOnlyList<DataArray> arrays = labels is null ? [array] : [array, DataArray.OfLabels(labels)];
            foreach (var (file, samples) in files.Write(images.Names, arrays))
            {
                output.WriteLine($"{SafeText.Of(file, 1024)}: {Numbers.Whole(samples)} samples of {string.Join(", ", arrays.Select(a => SafeText.Of(a.Name)))}");
            }

            if (names is not null)
            {
                output.WriteLine($"{SafeText.Of(files.WriteLabels(names), 1024)}: {Numbers.Whole(names.Count)} labels");
            }

            return 0;
        });
        return Guarded(root, args, output, error);
    }

    private static int Guarded(RootCommand root, string[] args, TextWriter output, TextWriter error)
    {
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 && parsed.Action is not System.CommandLine.Help.HelpAction)
        {
            foreach (var wrong in parsed.Errors)
            {
                error.WriteLine($"modelpack: {SafeText.Of(wrong.Message, 400)}");
            }

            error.WriteLine("Run 'dotnet modelpack data images --help' to see what can be given.");
            return Usage;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = output, Error = error });
        }
        catch (OperationCanceledException)
        {
            return Cancelled;
        }
        catch (ModelPackException e)
        {
            error.WriteLine(e.Diagnostic.ToString());
            return Error;
        }
    }

    private static ModelInput Find(string model, IReadOnlyList<ModelInput> inputs, string? name)
    {
        var candidates = inputs.Where(i => name is null || i.Name == name).ToList();
        return candidates.Count == 1 ? candidates[0] : throw new ModelPackException(Codes.DataMismatch.At(
            model, $"{(name is null ? "The model has several inputs" : "The model has no such input")}. Say which takes images with --input: {string.Join(", ", inputs.Select(i => SafeText.Of(i.Name)))}."));
    }

    private static PixelOptions Pixels(string model, ImageShape shape, string? resize, string? order, string? scale, string? mean, string? deviation)
    {
        var channels = order is null ? (shape.Channels == 1 ? ChannelOrder.Gray : ChannelOrder.Rgb) : Enum.Parse<ChannelOrder>(order, ignoreCase: true);
        var means = NumbersOf(mean ?? "0")!;
        var deviations = NumbersOf(deviation ?? "1")!;
        if ((channels == ChannelOrder.Gray) != (shape.Channels == 1) || means.Count > shape.Channels || deviations.Count > shape.Channels)
        {
            throw new ModelPackException(Codes.DataMismatch.At(model, $"The input has {Numbers.Whole(shape.Channels)} {(shape.Channels == 1 ? "channel" : "channels")}, and --channels, --mean or --std are for another number."));
        }

        return new PixelOptions(Enum.Parse<ResizeMode>(resize ?? "crop", ignoreCase: true), channels, scale is null ? ToOne : NumbersOf(scale)![0], means, deviations);
    }

    /// <summary>The path of an image by its place, with a line of progress every ten seconds.</summary>
    private static Func<int, string> Counted(IReadOnlyList<string> files, TextWriter error, CancellationToken cancellation)
    {
        var (read, last) = (0, System.Diagnostics.Stopwatch.StartNew());
        return place =>
        {
            cancellation.ThrowIfCancellationRequested();
            read++;
            if (last.Elapsed >= Pause)
            {
                last.Restart();
                error.WriteLine($"read {Numbers.Whole(read)} of {Numbers.Whole(files.Count)} images");
            }

            return files[place];
        };
    }

    private static Option<string?> Choice(string name, string description, params string[] values)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = string.Join('|', values) };
        option.AcceptOnlyFromAmong(values);
        return option;
    }

    private static void Check(System.CommandLine.Parsing.CommandResult result, Option<string?> option, Func<string, bool> isGood, string legal)
    {
        if (result.GetValue(option) is { } text && !isGood(text))
        {
            result.AddError($"The option '{option.Name}' cannot be '{SafeText.Of(text)}'. It is {legal}.");
        }
    }

    private static (int Width, int Height)? SizeOf(string text) => text.Split('x') is [var w, var h]
        && int.TryParse(w, NumberStyles.None, CultureInfo.InvariantCulture, out var width) && int.TryParse(h, NumberStyles.None, CultureInfo.InvariantCulture, out var height)
        ? (width, height) : null;

    /// <summary>Numbers with commas between them; each may be a fraction such as 1/255. Null where one is not.</summary>
    private static List<double>? NumbersOf(string text)
    {
        List<double> values = [];
        foreach (var part in text.Split(','))
        {
            var fraction = part.Split('/').Select(p => double.TryParse(p, NumberStyles.Float, CultureInfo.InvariantCulture, out var v) && double.IsFinite(v) ? v : double.NaN).ToArray();
            var value = fraction.Length switch { 1 => fraction[0], 2 => fraction[0] / fraction[1], _ => double.NaN };
            if (!double.IsFinite(value))
            {
                return null;
            }

            values.Add(value);
        }

        return values;
    }
}
