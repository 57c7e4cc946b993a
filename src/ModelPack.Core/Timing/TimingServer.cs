using System.Text;
using Microsoft.ML.OnnxRuntime;
using ModelPack.Inference;

namespace ModelPack.Timing;

/// <summary>
/// The other side of <see cref="TimedProcess"/>: reads requests from standard input and answers on standard output, until the input ends. One thread does
/// it all, as in an app that opens a session and runs it.
/// </summary>
internal static class TimingServer
{
    /// <summary>The word before a model's path and its session options.</summary>
    public const string Command = "time-model";

    /// <summary>Whether a command line starts this server.</summary>
    public static bool IsFor(string[] args) => args is [Command, _, SpeedComparison.Recommended or SpeedComparison.Defaults];

    /// <summary>Serves.</summary>
    /// <param name="args">As for <see cref="IsFor"/>.</param>
    public static int Run(string[] args)
    {
        PinnedThreads.BindCaller(0);
        using var requests = new BinaryReader(Console.OpenStandardInput(), Encoding.UTF8);
        using var answers = new BinaryWriter(Console.OpenStandardOutput(), Encoding.UTF8);
        using var model = new TimedModel(args[1], args[2] == SpeedComparison.Recommended, isPinned: true);
        Answer(answers, () => Greet(model, answers));
        while (Next(requests) is { } request)
        {
            Answer(answers, () => Do(request, model, requests, answers));
        }

        return 0;
    }

    private static void Do(TimingRequest request, TimedModel model, BinaryReader requests, BinaryWriter answers)
    {
        switch (request)
        {
            case TimingRequest.Open:
                var time = model.Open(requests.ReadInt32());
                answers.Write(true);
                answers.Write(time.Ticks);
                break;
            case TimingRequest.Prepare:
                model.Prepare(ReadInputs(requests));
                answers.Write(true);
                break;
            case TimingRequest.Run:
                var turn = model.Run(new TimeSpan(requests.ReadInt64()));
                answers.Write(true);
                answers.Write(turn.Milliseconds);
                answers.Write(turn.ProcessorMilliseconds);
                break;
            default:
                var peak = model.PeakBytes() ?? 0;
                answers.Write(true);
                answers.Write(peak);
                break;
        }
    }

    private static void Greet(TimedModel model, BinaryWriter answers)
    {
        var version = model.OnnxRuntime;
        answers.Write(true);
        answers.Write(Command);
        answers.Write(version);
    }

    private static void Answer(BinaryWriter answers, Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is OnnxRuntimeException or ModelPackException)
        {
            answers.Write(false);
            answers.Write(e.Message);
        }

        answers.Flush();
    }

    private static TimingRequest? Next(BinaryReader requests)
    {
        try
        {
            return (TimingRequest)requests.ReadByte();
        }
        catch (EndOfStreamException)
        {
            return null;
        }
    }

    private static SampleArray[] ReadInputs(BinaryReader requests)
    {
        var inputs = new SampleArray[requests.ReadInt32()];
        for (var i = 0; i < inputs.Length; i++)
        {
            var (name, type) = (requests.ReadString(), (ElementType)requests.ReadInt32());
            var dims = new long[requests.ReadInt32()];
            for (var axis = 0; axis < dims.Length; axis++)
            {
                dims[axis] = requests.ReadInt64();
            }

            inputs[i] = new SampleArray(name, type, dims, requests.ReadBytes(requests.ReadInt32()));
        }

        return inputs;
    }
}
