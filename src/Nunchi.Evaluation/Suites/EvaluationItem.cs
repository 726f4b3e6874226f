using Nunchi.Chat;
using Nunchi.Data.Scenes;
using Nunchi.Data.Tasks;
using Nunchi.Images;

namespace Nunchi.Evaluation.Suites;

/// <summary>Pictures and the questions about them, to be asked one after the other in one conversation.</summary>
/// <param name="Id">Its number in the suite.</param>
/// <param name="Images">The pictures, all in the first question.</param>
/// <param name="Scenes">Their records; none for pictures that nobody drew here.</param>
/// <param name="Questions">At least one.</param>
internal sealed record EvaluationItem(int Id, IReadOnlyList<RgbImage> Images, IReadOnlyList<Scene> Scenes, IReadOnlyList<EvaluationQuestion> Questions);

/// <summary>A question with its answer.</summary>
/// <param name="Message">As the model is asked.</param>
/// <param name="Reference">The record's answer, with its tags.</param>
/// <param name="Truth">What is true about it.</param>
internal sealed record EvaluationQuestion(Message Message, string Reference, TurnTruth Truth);
